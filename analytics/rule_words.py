"""The rules of precision in words: what each office withholds, with its own limits."""

from collections.abc import Mapping

from translations.languages import number, translator

# The limits of `analytics.indicators.presentation_standards`, by rule set: respondents, shares, degrees of freedom.
LIMITS: Mapping[str, Mapping[str, float]] = {
    "nchs_proportions": {"n": 30, "width": 0.30, "relative": 1.30, "narrow": 0.05, "df": 8},
    "ine_chile_2020": {"n": 60, "df": 9},
    "eclac_2020": {"n": 100, "n_eff": 140, "cases": 50, "log_cv": 0.175, "df": 9, "cv": 0.20},
    "eclac_2023": {"n_eff": 60, "df": 9, "cases": 30, "log_cv": 0.175, "look": 50},
    "statcan_release": {"n": 10, "cv": 0.333, "look": 0.165},
    "statcan_letters": {"n": 10, "cv": 0.333, "look": 0.25},
    "dhs": {"n": 25, "look": 50},
}


def rule_words(name: str, language: str) -> str:
    """What a rule set withholds and what it has looked at first, as sentences; a general one for a set not known."""
    _ = translator(language)
    limits = {key: _said(key, value, language) for key, value in LIMITS.get(name, {}).items()}
    found = {
        "nchs_proportions": _(
            "By the rules of the United States’ National Center for Health Statistics for proportions, a figure is "
            "withheld with fewer than %(n)s answers, in number or in effect, with an interval of %(width)s or more "
            "from end to end, or with one wider than %(relative)s of the figure unless it is %(narrow)s wide or "
            "less. With fewer than %(df)s degrees of freedom it is shown to be read with caution."
        ),
        "ine_chile_2020": _(
            "By the standard of the statistical office of Chile (INE), a figure is withheld with fewer than %(n)s "
            "answers or %(df)s degrees of freedom. Where the error is over the office’s curve for the size of the "
            "share it is shown to be read with caution."
        ),
        "eclac_2020": _(
            "By the criteria of ECLAC, first edition, a figure is withheld with fewer than %(n)s answers, fewer than "
            "%(n_eff)s in effect, fewer than %(cases)s people who said so, or a logarithmic coefficient of variation "
            "over %(log_cv)s. With fewer than %(df)s degrees of freedom or a coefficient of variation of %(cv)s or "
            "more it is shown to be read with caution."
        ),
        "eclac_2023": _(
            "By the criteria of ECLAC, second edition, a figure is withheld with fewer than %(n_eff)s answers in "
            "effect, %(df)s degrees of freedom or %(cases)s people who said so, or, under one half, with a "
            "logarithmic coefficient of variation over %(log_cv)s. Under %(look)s people it is shown to be read with "
            "caution."
        ),
        "statcan_release": _(
            "By the release guidelines of Statistics Canada, a figure is withheld with fewer than %(n)s answers or a "
            "coefficient of variation over %(cv)s. Over %(look)s it is shown to be read with caution."
        ),
        "statcan_letters": _(
            "By the letters of Statistics Canada, a figure is withheld with fewer than %(n)s answers or a coefficient "
            "of variation over %(cv)s (F). From %(look)s on (E) it is shown to be read with caution."
        ),
        "dhs": _(
            "By the rules of the Demographic and Health Surveys, a figure is withheld with fewer than %(n)s answers; "
            "with fewer than %(look)s it is shown to be read with caution."
        ),
    }.get(name)
    return found % limits if found else _("A figure that is not reliable by these rules is withheld.")


def _said(key: str, value: float, language: str) -> str:
    _ = translator(language)
    if key in ("width", "narrow"):
        return _("%(points)s percentage points", points=number(value * 100, language))
    if value < 10 and key not in ("df",):
        percent = value * 100
        places = 0 if abs(percent - round(percent)) < 1e-9 else 1
        return number(percent, language, places) + ("\N{NO-BREAK SPACE}%" if language == "fr" else "%")
    return number(value, language)
