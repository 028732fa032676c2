"""Words of the site that depend on what happened: why a reply was not taken, and what an error page says.

They say what happened and what to do. None repeats anything that a person sent.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from translations.languages import isolated

from ..engine import Item, Kind, Reason, Text
from ..engine.kinds import MAX_TEXT_CHARS
from .fields import widget


@dataclass(frozen=True, slots=True)
class Notice:
    """A page's heading and its one or two sentences."""

    title: str
    text: str


def refusal(item: Item, reason: Reason, language: str, say: Callable[[Text], str]) -> str:
    """What to do after a reply that was not taken, in the questionnaire's own words where it has some."""
    if reason is Reason.REQUIRED and item.required_message.get(language):
        return say(item.required_message)
    if reason is Reason.CONSTRAINT and item.constraint_message.get(language):
        return say(item.constraint_message)
    match reason:
        case Reason.CONSTRAINT if item.kind is Kind.INTEGER:
            return str(_("This number does not fit here. Check it and write it again."))
        case Reason.CONSTRAINT:
            return str(_("This answer does not fit here. Check it, then go on."))
        case Reason.EXCLUSIVE:
            return str(_("These answers cannot stand together. Keep one of them, then go on."))
        case Reason.OUT_OF_SCALE:
            low, high = (isolated(str(end)) for end in (item.low, item.high))
            return str(_("Answer with a number from %(low)s to %(high)s, then go on.", low=low, high=high))
        case Reason.TOO_LONG:
            most = isolated(str(MAX_TEXT_CHARS[item.long]))
            return str(_("This text has more than %(most)s characters. Shorten it, then go on.", most=most))
    return _wanted(item)


def _wanted(item: Item) -> str:
    match widget(item):
        case "options" | "scale":
            return str(_("Choose one of the answers below, then go on."))
        case "boxes":
            return str(_("Choose one or more of the answers below, then go on."))
        case "places":
            return str(_("Give each line its own place, none twice, then go on."))
        case "decimal":
            return str(_("Write a number in digits, for example 2.5, then go on."))
        case "date":
            return _wanted_date(item)
        case "text" | "long":
            return str(_("Write an answer in the box, then go on."))
    return str(_("Write a whole number in digits, for example 3, then go on."))


def _wanted_date(item: Item) -> str:
    match item.precision:
        case "year":
            return str(_("Write the year in four digits, for example 2024, then go on."))
        case "month":
            return str(_("Choose the month and write the year in four digits, then go on."))
    return str(_("Check the date: write the day, choose the month and write the year in four digits."))


def unsaved() -> Notice:
    """What was sent could not be stored; it waits in the page."""
    return Notice(
        _("This could not be saved yet"),
        _("Nothing is lost: what you sent waits in this page. Wait a minute, then send it again."),
    )


def no_invitation() -> Notice:
    """A code that opens nothing: wrong, used up or of another survey, and nobody is told which."""
    return Notice(
        _("This code does not open the survey"),
        _("It may be mistyped, or used already. Check it letter by letter, or ask the office that sent it."),
    )


def gone() -> Notice:
    """There is no draft and no envelope to be found, and nobody can tell why."""
    return Notice(
        _("These answers are no longer here"),
        _("They were already sent, or deleted, or the two days to finish ran out. Nobody can see them from here."),
    )


def closed() -> Notice:
    """The wave ended while the draft was open."""
    return Notice(
        _("The survey has ended"),
        _("It closed before these answers were sent. They were not counted and will be deleted."),
    )


def trouble(status: int) -> Notice:
    """The words of an error page."""
    match status:
        case 403:
            return Notice(
                _("This form could not be checked"),
                _("It may come from an older page. Nothing was changed. Go on from here."),
            )
        case 404:
            return Notice(_("There is no such page"), _("The address may be misspelt or out of date."))
        case 405:
            return Notice(_("This page does not open this way"), _("Nothing was changed. Go on from here."))
        case 409:
            return Notice(
                _("Other answers were already sent"),
                _("The answers that came first are kept. The later ones were not sent and are deleted."),
            )
        case 413:
            return Notice(_("Too much was sent at once"), _("Nothing was changed. Go on from here."))
        case 429:
            return Notice(
                _("Too many attempts came from this connection"),
                _("Others may share it with you. Nothing is lost. Wait an hour, or use another connection."),
            )
        case 503:
            return Notice(
                _("The survey cannot be reached at the moment"),
                _("Nothing that was saved before is lost. Wait a minute, then try again."),
            )
        case _ if status < 500:
            return Notice(_("This request could not be read"), _("Nothing was changed. Go on from here."))
    return Notice(
        _("Something went wrong on our side"),
        _("Nothing that was saved before is lost. Wait a minute, then try again."),
    )
