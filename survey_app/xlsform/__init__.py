"""XLSForm, the questionnaire format of the field: files in, checked questionnaires out, or a report of every fault."""

from .importer import Finding, FormError, read_form

__all__ = ["Finding", "FormError", "read_form"]
