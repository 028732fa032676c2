"""A small release whose numbers are all unlike each other, so that a number in the brief tells where it comes from."""

from dataclasses import replace
from itertools import count

from analytics.release import (
    CHANGE,
    CONFIDENTIAL,
    GAP,
    PROTECTED,
    UNRELIABLE,
    YEAR,
    AreaCard,
    Figure,
    IndicatorCard,
    Release,
    TargetCard,
    Wave,
)

WAVES = (
    Wave("w1", "2025-05-02", "2025-05-30", 1901, {"web": 1201, "sms": 700}),
    Wave("w2", "2025-08-04", "2025-08-29", 1902, {"web": 1202, "sms": 700}),
    Wave("w3", "2025-11-03", "2025-11-28", 1903, {"web": 1203, "sms": 700}),
    Wave("w4", "2026-02-02", "2026-02-27", 1904, {"web": 1204, "sms": 700}),
    Wave("w5", "2026-05-04", "2026-05-29", 1905, {"web": 1205, "sms": 700}),
)
LAST = "w5"
AREAS = (
    AreaCard("top", "city", None, {"ar": "المدينة", "fr": "La ville", "en": "The city"}, 90_000),
    AreaCard("zb", "area", "top", {"ar": "باب", "fr": "Zénith", "en": "Zenith"}, 30_000),
    AreaCard("za", "area", "top", {"ar": "أنفا", "fr": "Été", "en": "Ete"}, 30_000),
    AreaCard("zc", "area", "top", {"ar": "جنان", "fr": "Fleuve", "en": "Fleuve"}, 20_000),
    AreaCard("zd", "area", "top", {"ar": "دار", "fr": "Dar", "en": "Dar"}, 9_000),
)
NAMES = {
    "trust": ("الثقة في الشرطة", "Confiance dans la police", "Trust in the police"),
    "safe": ("الأمان ليلا", "Sécurité la nuit", "Safety at night"),
    "respect": ("المعاملة باحترام", "Traitement respectueux", "Treated with respect"),
    "bribe": ("الرشوة", "Pot-de-vin", "Bribes"),
    "courts": ("الثقة في المحاكم", "Confiance dans les tribunaux", "Trust in the courts"),
    "local": ("عمل الشرطة", "Travail de la police", "Work of the police"),
}
HEADLINE = ("trust", "safe", "respect", "bribe")


def card(code: str) -> IndicatorCard:
    """An indicator by its code."""
    ar, fr, en = NAMES[code]
    same = {"ar": "-", "fr": "-", "en": "-"}
    item = f"trust_{code}" if code in ("trust", "courts") else code
    return IndicatorCard(
        code, {"ar": ar, "fr": fr, "en": en}, same, same, same, "Core", headline=code in HEADLINE, item=item,
        direction="lower_is_better" if code == "bribe" else "higher_is_better",
    )  # fmt: skip


def published(key: tuple[str, str, str, str, str, int], estimate: float, below: float, above: float, n: int) -> Figure:
    """A published figure whose interval reaches `below` and `above` it."""
    indicator, wave, area, sex, contrast, span = key
    low, high = round(estimate - below, 4), round(estimate + above, 4)
    return Figure(
        indicator, wave, area, sex, contrast, "published", n=n, estimate=round(estimate, 4), se=0.02, low=low,
        high=high, df=80.0, method="korn_graubard", n_to=n, span=span,
    )  # fmt: skip


def hidden(key: tuple[str, str, str, str, str, int], status: str, reason: str) -> Figure:
    """A withheld figure."""
    indicator, wave, area, sex, contrast, span = key
    return Figure(indicator, wave, area, sex, contrast, status, reason, span=span)


def release() -> Release:
    """Five waves, six indicators, four areas: one too unsure (pooled waves are not), one protected."""
    step = count()
    figures: list[Figure] = []
    for code in NAMES:
        figures += [_level(step, code, wave.id) for wave in WAVES]
        figures += [_level(step, code, LAST, sex=sex) for sex in ("woman", "man")]
        figures += [_move(step, code, "", kind) for kind in (CHANGE, YEAR, GAP)]
        figures += [_level(step, code, LAST, area=area) for area in ("za", "zb")]
        figures += [_move(step, code, area, CHANGE) for area in ("za", "zb")]
        figures.append(hidden((code, LAST, "zc", "", "", 1), UNRELIABLE, "n_below_30"))
        figures.append(_level(step, code, LAST, area="zc", span=4))
        figures.append(hidden((code, LAST, "zd", "", "", 1), CONFIDENTIAL, PROTECTED))
        for sex in ("woman", "man"):
            figures.append(hidden((code, LAST, "za", sex, "", 1), UNRELIABLE, "interval_wide"))
            figures.append(_level(step, code, LAST, area="za", sex=sex, span=4))
            figures.append(hidden((code, LAST, "zd", sex, "", 1), CONFIDENTIAL, PROTECTED))
        figures.append(_move(step, code, "za", GAP, span=4))
    return Release(
        survey={"ar": "استطلاع الثقة", "fr": "Enquête de confiance", "en": "Trust survey"},
        created="2026-06-15",
        sample="probability",
        synthetic=True,
        parameters={"k": 10, "spans": "1 4"},
        questionnaires=("q",),
        software="thiqa",
        waves=WAVES,
        indicators=tuple(card(code) for code in NAMES),
        areas=AREAS,
        geometry={"type": "FeatureCollection", "features": []},
        figures=tuple(figures),
        targets=(TargetCard("trust", "w1", (("2026-12-31", 0.613), ("2027-12-31", 0.717))),),
        id="2026-06-15-abcdef012345",
    )


def _level(step: "count[int]", code: str, wave: str, *, area: str = "", sex: str = "", span: int = 1) -> Figure:
    i = next(step)
    estimate = 0.2 + (i * 17 % 600) / 1000 + (0.001 if i % 10 == 0 else 0)
    key = (code, wave, area, sex, "", span)
    return published(key, estimate, 0.031 + i % 3 / 1000, 0.033 + i % 5 / 1000, 1100 + i)


def _move(step: "count[int]", code: str, area: str, kind: str, span: int = 1) -> Figure:
    i = next(step)
    estimate = (0.05 + i % 7 / 1000) * (1 if i % 2 else -1)
    half = 0.021 + i % 4 / 1000 if i % 3 else 0.083 + i % 5 / 1000
    return published((code, LAST, area, "", kind, span), estimate, half, half + 0.001, 1100 + i)


def with_figure(made: Release, changed: Figure) -> Release:
    """The release with one figure in the place of the one about the same, or added."""
    return replace(made, figures=(*(each for each in made.figures if each.key != changed.key), changed))
