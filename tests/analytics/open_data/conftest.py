"""A small release with everything that open data are made of."""

import pytest

from analytics.open_data import files
from analytics.release import (
    CHANGE,
    CONFIDENTIAL,
    GAP,
    PROTECTED,
    PUBLISHED,
    UNAVAILABLE,
    UNRELIABLE,
    AnswerCard,
    AreaCard,
    Figure,
    IndicatorCard,
    Release,
    Tombstone,
    Wave,
)

LEAKED = 0.123456  # a number that a faulty row of a withheld figure holds: nobody may find it in any file


def published(indicator: str, wave: str, estimate: float, half: float, **more: object) -> Figure:
    """A published figure whose interval reaches `half` to both sides."""
    low, high = round(estimate - half, 4), round(estimate + half, 4)
    key = {"area": "", "sex": "", "contrast": "", "n": 900, "n_to": 900, **more}
    return Figure(indicator, wave, status=PUBLISHED, estimate=estimate, se=0.0151, low=low, high=high, df=40.0,
                  deff=1.4, method="korn_graubard", **key)  # type: ignore[arg-type]  # named by the caller  # fmt: skip


def withheld(indicator: str, wave: str, status: str, reason: str, **more: object) -> Figure:
    """A figure that is withheld, in a row that still holds numbers, as a faulty release would have it."""
    key = {"area": "", "sex": "", "contrast": "", **more}
    return Figure(indicator, wave, status=status, reason=reason, n=777123, n_to=777123, estimate=LEAKED, se=LEAKED,
                  low=LEAKED, high=LEAKED, df=LEAKED, deff=LEAKED, method="korn_graubard", **key)  # type: ignore[arg-type]  # named by the caller  # fmt: skip


def texts(ar: str, fr: str, en: str) -> dict[str, str]:
    """A text in three languages."""
    return {"ar": ar, "fr": fr, "en": en}


def card(code: str, ar: str, fr: str, en: str, *, headline: bool = False) -> IndicatorCard:
    """An indicator with a question of three answers."""
    answers = (
        AnswerCard("1", texts("نعم", "Oui", "Yes"), positive=True, based=True),
        AnswerCard("2", texts("لا", "Non", "No"), positive=False, based=True),
        AnswerCard("ref", texts("أفضل عدم الإجابة", "Pas de réponse", "I pass"), False, False, "refused"),
    )
    return IndicatorCard(
        code, texts(ar, fr, en), texts("نسبة المجيبين", "Part des répondants", "Share of respondents"),
        texts("كل البالغين", "Tous les adultes", "All adults"),
        texts("إلى أي حد؟", "À quel point ?", "To what extent?"),
        "Core", headline, item=f"q_{code}", direction="higher_is_better", answers=answers,
    )  # fmt: skip


@pytest.fixture
def release() -> Release:
    """Two waves, three indicators, areas in two levels; every status, a band, a pooled figure, a tombstone."""
    figures = (
        published("trust", "w1", 0.5, 0.03),
        published("trust", "w2", 0.54, 0.03, n=1234, n_to=1234),
        published("trust", "w2", -0.06, 0.03, contrast=CHANGE),
        published("trust", "w2", 0.51, 0.021, span=2, n=2134, n_to=2134),
        published("trust", "w2", -0.08, 0.05, contrast=GAP),
        published("trust", "w2", 0.5, 0.04, sex="woman"),
        published("trust", "w2", 0.58, 0.04, sex="man"),
        published("trust", "w2", 0.71, 0.06, area="a1", n=160, n_to=160),
        published("trust", "w2", 0.7, 0.2, area="a1", sex="woman", n=40, n_to=49, flag="review", reason="cases_low"),
        withheld("trust", "w2", CONFIDENTIAL, PROTECTED, area="a2"),
        withheld("trust", "w2", UNRELIABLE, "n_below_30", area="a2", sex="man"),
        published("safe_dark", "w2", 0.215, 0.03),
        withheld("safe_dark", "w2", UNAVAILABLE, "no_base", area="a1"),
        withheld("safe_dark", "w2", CONFIDENTIAL, PROTECTED, area="a2"),
        published("safe_dark", "w2", 0.2, 0.02, span=2),
        withheld("bribe", "w1", UNRELIABLE, "interval_wide"),
        published("bribe", "w2", 0.07, 0.03, flag="review", reason="cases_low"),
        published("bribe", "w2", 0.09, 0.05, sex="woman"),
    )
    return Release(
        survey=texts("مقياس الثقة", "Baromètre de la confiance", "Trust barometer"),
        created="2026-06-15",
        sample="non_probability",
        synthetic=True,
        parameters={"k": 10, "level": 0.95},
        questionnaires=("q1",),
        software="thiqa",
        waves=(
            Wave("w2", "2026-04-01", "2026-06-30", 1234, {"web": 1000, "sms": 234}, 5, 7),
            Wave("w1", "2026-01-05", "2026-03-20", 900, {"web": 900}),
        ),
        indicators=(
            card("trust", "الثقة في الشرطة", "Confiance dans la police", "Trust in the police", headline=True),
            card("safe_dark", "الأمان ليلا", "Sécurité la nuit", "Safety at night"),
            card("bribe", "الرشوة", "Pots-de-vin", "Bribes"),
        ),
        areas=(
            AreaCard("top", "prefecture", None, texts("الدار البيضاء", "Casablanca", "Casablanca"), 3_000_000),
            AreaCard("a1", "arrondissement", "top", texts("أنفا", "Anfa", "Anfa"), 340_000),
            AreaCard("a2", "arrondissement", "top", texts("عين الشق", "Aïn Chock", "Ain Chock")),
        ),
        geometry={"credit": "An office of statistics, CC BY 4.0"},
        figures=figures,
        tombstones=(
            Tombstone("fear", texts("الخوف", "Peur", "Fear"), "2025-12-01-abcdefabcdef", "withdrawn",
                      texts("كان السؤال غامضا.", "La question était ambiguë.", "The question was ambiguous.")),
        ),
        method=texts("# الطريقة\n\nنص.", "# Méthode\n\nTexte **fort**.", "# Method\n\nText with `code`.\n\n- one"),
    )  # fmt: skip


@pytest.fixture
def made(release: Release) -> dict[str, bytes]:
    """Its files."""
    return dict(files(release))
