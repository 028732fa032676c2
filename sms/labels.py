"""The words for what the tables call by a code, in a person's language: states, fates, statuses, carriers."""

from collections.abc import Mapping
from dataclasses import dataclass

from translations.languages import NATIVE_NAMES, translator

from .carriers.pretended import Conduct


@dataclass(frozen=True, slots=True)
class Labels:
    """Words by code."""

    states: Mapping[str, str]
    deliveries: Mapping[str, str]
    kinds: Mapping[str, str]
    statuses: Mapping[str, str]
    conducts: Mapping[str, str]
    languages: Mapping[str, str]


def labels(language: str) -> Labels:
    """The words of a language."""
    return Labels(_states(language), _fates(language), _kinds(language), _statuses(language), _conducts(language),
                  NATIVE_NAMES)  # fmt: skip


def _states(language: str) -> Mapping[str, str]:
    _ = translator(language)
    return {
        "invited": _("invited, has not answered yet"),
        "open": _("under way"),
        "partial": _("broken off"),
        "completed": _("completed"),
        "refused": _("refused"),
        "screened_out": _("not for this person"),
        "quota_full": _("enough people like this one have answered"),
        "stopped": _("stopped by the person"),
    }


def _fates(language: str) -> Mapping[str, str]:
    _ = translator(language)
    return {
        "sent": _("handed to the carrier"),
        "delivered": _("delivered to the phone"),
        "unknown": _("nobody knows whether it was taken"),
        "expired": _("not sent, its time was over"),
        "opted_out": _("the carrier was told STOP"),
        "invalid": _("no such number"),
        "landline": _("a landline"),
        "unreachable": _("out of reach"),
        "blocked": _("blocked by the carrier"),
        "refused": _("refused by the carrier"),
        "gave_up": _("tried in vain"),
    }


def _kinds(language: str) -> Mapping[str, str]:
    _ = translator(language)
    return {"reply": _("reply"), "invitation": _("invitation"), "reminder": _("reminder")}


def _statuses(language: str) -> Mapping[str, str]:
    _ = translator(language)
    return {
        "queued": _("waiting"),
        "sending": _("being sent"),
        "sent": _("sent"),
        "delivered": _("delivered"),
        "failed": _("failed"),
        "expired": _("expired"),
        "unknown": _("unknown"),
    }


def _conducts(language: str) -> Mapping[str, str]:
    _ = translator(language)
    return {
        Conduct.PROMPT: _("delivers at once"),
        Conduct.LATE: _("delivers many minutes later"),
        Conduct.TWICE: _("delivers twice"),
        Conduct.DISORDERED: _("delivers out of order"),
        Conduct.DROPPED: _("takes messages and loses them"),
        Conduct.GARBLED: _("turns Arabic into question marks"),
        Conduct.CUT: _("delivers the first part only"),
        Conduct.OPTED_OUT: _("refuses: the person told it STOP"),
        Conduct.INVALID: _("refuses: no such number"),
        Conduct.LANDLINE: _("refuses: a landline"),
        Conduct.UNREACHABLE: _("refuses: out of reach"),
        Conduct.BLOCKED: _("refuses: blocked"),
        Conduct.FAILS_LATER: _("takes messages, then says out of reach"),
        Conduct.BUSY: _("is too busy half of every minute"),
        Conduct.TIMEOUT_TAKEN: _("does not answer, and has taken the message"),
        Conduct.TIMEOUT_NOT_TAKEN: _("does not answer half of every minute"),
        Conduct.BROUGHT_TWICE: _("brings each text to us twice"),
        Conduct.BROUGHT_LATE: _("brings texts to us late"),
        Conduct.BROUGHT_DISORDERED: _("brings texts to us out of order"),
        Conduct.BROUGHT_IN_PARTS: _("brings long texts to us in parts"),
    }
