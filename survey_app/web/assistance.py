"""Whom a person can turn to: beside questions that may weigh on someone, on the consent page, and after sending."""

import logging
from collections.abc import Collection

from .. import engine
from ..engine import Interview, Item, Kind, Questionnaire
from ..information import Contact, ContactKind, contacts
from .desk import desk

log = logging.getLogger(__name__)
_ORDER = list(ContactKind)


def beside(form: Questionnaire, items: Collection[Item], interview: Interview | None) -> tuple[Contact, ...]:
    """The contacts of a screen: none unless an item stands in a module that is marked with help.

    Those of the areas that the interview has answered come first within their kind.
    """
    if not any(form.help_groups.intersection(item.groups) for item in items):
        return ()
    answers = engine.submission(form, interview) if interview else {}
    areas = {str(answers[item.name]) for item in form.items if item.kind is Kind.AREA and item.name in answers}
    return _by_kind(contacts(desk().information, areas))


def for_everyone() -> tuple[Contact, ...]:
    """The contacts of no area, for pages that know of no interview."""
    return _by_kind(contacts(desk().information, frozenset()))


def check_contacts(form: Questionnaire) -> None:
    """Log once a process what would leave people without help; neither answers nor what the file says."""
    site = desk()
    if site.settings.demo or not form.help_groups or form.version in site.checked:
        return
    site.checked.add(form.version)
    found = site.information.contacts if site.information else ()
    asked = {choice.code for item in form.items if item.kind is Kind.AREA for choice in item.choices}
    if not found:
        log.warning("the questionnaire has modules marked x_help, but no contact is configured: set THIQA_INFORMATION")
    elif any(contact.areas and not contact.areas & asked for contact in found):
        log.warning("a contact is for areas that the questionnaire does not ask: nobody will see it")


def _by_kind(found: tuple[Contact, ...]) -> tuple[Contact, ...]:
    return tuple(sorted(found, key=lambda contact: _ORDER.index(contact.kind)))
