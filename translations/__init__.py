"""gettext catalogues (ar, fr, en) of everything that is not questionnaire text, and the module on languages."""
