"""What a release says of indicators that an earlier one had otherwise: none disappears without a word."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from analytics.release import IndicatorCard, ReleaseError, Text, Tombstone
from analytics.release.bundle import read_cards
from analytics.release.chain import Chain, Entry
from analytics.release.definition import definition_digest
from translations.languages import LANGUAGES, translator

from .publishing import withdrawn_definitions

WITHDRAWN, REDEFINED = "withdrawn", "redefined"


def last_cards(directory: Path, chain: Chain) -> tuple[str, tuple[IndicatorCard, ...], tuple[Tombstone, ...]]:
    """Id, indicators and tombstones of the last release that was published, also if it was withdrawn since.

    Raises ReleaseError where it cannot be read: what the public has seen must not be forgotten.
    """
    if not chain.published:
        return "", (), ()
    last = chain.published[-1]
    try:
        return last, *read_cards(directory / last)
    except ReleaseError as error:
        raise ReleaseError(f"the last published release is needed and cannot be read: {error}") from error


def tombstones(
    cards: Sequence[IndicatorCard],
    last: str,
    before: Sequence[IndicatorCard],
    older: Sequence[Tombstone],
    chain: Chain,
) -> tuple[Tombstone, ...]:
    """The older tombstones, and one for each indicator of the last release that is gone or defined in another way."""
    now = {card.id: definition_digest(card) for card in cards}
    reasons = withdrawn_definitions(chain)
    new = [
        Tombstone(
            card.id,
            card.name,
            last,
            REDEFINED if card.id in now else WITHDRAWN,
            _reason(card, reasons, redefined=card.id in now),
        )
        for card in before
        if now.get(card.id) != definition_digest(card)
    ]
    return (*older, *new)


def _reason(card: IndicatorCard, reasons: Mapping[tuple[str, str], Entry], *, redefined: bool) -> Text:
    entry = reasons.get((card.id, definition_digest(card)))
    if entry:
        return dict(entry.reason)
    return {language: _usual(language, redefined=redefined) for language in LANGUAGES}


def _usual(language: str, *, redefined: bool) -> str:
    _ = translator(language)
    if redefined:
        return _("The question, its answers or its base have changed: earlier figures are about something else.")
    return _("This indicator is no longer part of the survey.")
