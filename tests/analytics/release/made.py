"""A small release of constructed figures, and a directory in which such are published and withdrawn."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from analytics.release import (
    CHANGE,
    CONFIDENTIAL,
    PROTECTED,
    PUBLISHED,
    UNRELIABLE,
    AnswerCard,
    AreaCard,
    Figure,
    IndicatorCard,
    Release,
    TargetCard,
    Text,
    Wave,
)
from analytics.release.bundle import pack, place
from analytics.release.signature import encoded
from analytics.releasing.keys import SigningPair, signed
from analytics.releasing.publishing import publish, withdraw

DAY = date(2026, 11, 22)
TEXT: Text = {"ar": "نص", "fr": "texte", "en": "text"}
REASON = {"ar": "خطأ في الأوزان", "fr": "Erreur de pondération", "en": "The weights were wrong"}
KEYS = SigningPair(
    public="3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29",  # of 32 zero bytes
    private="0" * 64,
)
OTHER = SigningPair(
    public="8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c",  # of 32 bytes 1
    private="01" * 32,
)


def card(name: str, question: str = "How much do you trust them?") -> IndicatorCard:
    answers = (AnswerCard("1", TEXT, True, True), AnswerCard("9", TEXT, False, False, "refused"))
    asked = {"ar": "س", "fr": "Q", "en": question}
    return IndicatorCard(name, TEXT, TEXT, TEXT, asked, "source", item=name, direction="up", answers=answers)


def figure(
    indicator: str, wave: str, estimate: float, half: float = 0.03, *, area: str = "", contrast: str = ""
) -> Figure:
    """A published figure whose interval reaches `half` to both sides."""
    low, high = round(estimate - half, 6), round(estimate + half, 6)
    about = Figure(indicator, wave, area, "", contrast, PUBLISHED, estimate=round(estimate, 6), low=low, high=high)
    return replace(about, n=900, n_to=900, se=0.015, df=40.0, deff=1.4, method="korn_graubard")


def release(*names: str, shift: float = 0.0) -> Release:
    """A release of these indicators over two waves; its figures are moved by `shift`."""
    names = names or ("trust", "safe")
    return Release(
        survey=TEXT,
        created=DAY.isoformat(),
        sample="probability",
        synthetic=True,
        parameters={"k": 10, "level": 0.95},
        questionnaires=("v1",),
        software="thiqa 0",
        waves=tuple(Wave(w, f"2026-0{at}-01", f"2026-0{at}-28", 900, {"web": 900}) for at, w in ((1, "w1"), (4, "w2"))),
        indicators=tuple(card(name) for name in names),
        areas=(AreaCard("a", "area", None, TEXT, 20_000), AreaCard("b", "area", None, TEXT)),
        geometry={"type": "FeatureCollection", "features": []},
        figures=tuple(
            found
            for name in sorted(names)
            for found in (
                figure(name, "w1", 0.5 + shift),
                figure(name, "w2", 0.55 + shift),
                figure(name, "w2", 0.05, contrast=CHANGE),
                figure(name, "w2", 0.6 + shift, 0.06, area="a"),
                Figure(name, "w2", "a", "woman", "", UNRELIABLE, "n_below_30"),
                Figure(name, "w2", "b", "", "", CONFIDENTIAL, PROTECTED),
            )
        ),
        targets=(TargetCard(names[0], "w1", (("2027-01-01", 0.6),)),),
    )


def candidate(directory: Path, content: Release, keys: SigningPair = KEYS) -> str:
    """Write a signed candidate; its id."""
    packed = pack(content)
    return place(directory, packed, encoded(signed(keys.private, packed.manifest))).name


def published(directory: Path, content: Release) -> str:
    """Write and publish; its id."""
    name = candidate(directory, content)
    publish(directory, name, KEYS.private, DAY)
    return name


def history(directory: Path) -> tuple[str, str, str]:
    """Three releases, of which the third was withdrawn; the ids."""
    ids = [published(directory, release(shift=shift)) for shift in (0.0, 0.01, 0.02)]
    withdraw(directory, ids[2], REASON, KEYS.private, DAY)
    return ids[0], ids[1], ids[2]


def on(content: Release, day: str) -> Release:
    """The same on another day."""
    return replace(content, created=day)
