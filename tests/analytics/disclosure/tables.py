"""Small surveys by hand: how many answered in each cell, their weight, and the weight of those who said yes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from analytics.disclosure.attacker import Insight
from analytics.disclosure.publications import Cell
from analytics.release import (
    CONFIDENTIAL,
    PROTECTED,
    PUBLISHED,
    UNRELIABLE,
    AnswerCard,
    AreaCard,
    Figure,
    IndicatorCard,
    Release,
    Wave,
)

K = 10
Amounts = tuple[int, float, float]  # respondents, weight, weight of yes
Survey = Mapping[Cell, Amounts]
Held = Mapping[tuple[str, str, str], Amounts]  # wave, smallest area, sex ("" is unstated)
ANSWERS = (AnswerCard("0", {}, positive=False, based=True), AnswerCard("1", {}, positive=True, based=True))
TRUST = IndicatorCard("trust", {}, {}, {}, {}, "", item="trust_police", answers=ANSWERS)


def survey(
    held: Held, parents: Mapping[str, str], *, sexes: bool = False, spans: Sequence[int] = (1,), top: str = "top"
) -> Survey:
    """Every cell of the lattice, summed from those who answered in each wave, smallest area and sex."""
    waves = sorted({wave for wave, _, _ in held})
    found: dict[Cell, Amounts] = {}
    for span in spans:
        for last in range(span - 1, len(waves)):
            for area in ("", *(code for code in parents if code != top)):
                for sex in ("", "woman", "man") if sexes else ("",):
                    inside = [
                        amounts
                        for (wave, code, of_sex), amounts in held.items()
                        if wave in waves[last - span + 1 : last + 1]
                        and sex in ("", of_sex)
                        and (not area or area in _path(code, parents))
                    ]
                    n, weight, yes = (sum(each[at] for each in inside) for at in range(3))
                    found[waves[last], area, sex, span] = int(n), float(weight), float(yes)
    return found


def published(
    told: Survey,
    parents: Mapping[str, str],
    hidden: Iterable[Cell] = (),
    *,
    silent: Mapping[Cell, str] | None = None,
    bands: Mapping[Cell, tuple[int, int]] | None = None,
    card: IndicatorCard = TRUST,
    interviews: int | None = None,
) -> Release:
    """The release of a survey in which these cells are withheld, and the silent ones imprecise for a reason."""
    figures, silent, bands = [], silent or {}, bands or {}
    for cell, (n, weight, yes) in told.items():
        wave, area, sex, span = cell
        bare = Figure(card.id, wave, area, sex, "", CONFIDENTIAL, PROTECTED, span=span)
        if cell in hidden:
            figures.append(bare)
        elif cell in silent:
            figures.append(replace(bare, status=UNRELIABLE, reason=silent[cell]))
        else:
            low, high = bands.get(cell, (n, n))
            shown = replace(bare, status=PUBLISHED, reason="", n=low, n_to=high)
            figures.append(replace(shown, estimate=round(yes / weight, 2) if weight else 0.0))
    waves = sorted({wave for wave, _, _, _ in told})
    opens = {wave: (date(2026, 1, 1) + timedelta(91 * at)).isoformat() for at, wave in enumerate(waves)}
    return Release(
        survey={},
        created="2026-11-26",
        sample="probability",
        synthetic=True,
        parameters={"k": K, "rule_set": "nchs_proportions"},
        questionnaires=(),
        software="",
        waves=tuple(Wave(wave, opens[wave], opens[wave], interviews or 10_000, {}) for wave in waves),
        indicators=(card,),
        areas=tuple(AreaCard(code, "x", parent or None, {}, 1) for code, parent in parents.items()),
        geometry={},
        figures=tuple(figures),
    )


def insight(told: Survey, own: Iterable[Cell], *, exact: bool = True, name: str = "trust") -> Insight:
    """What the custodian knows of a survey in which these cells are withheld for their own sake."""
    n, weight, yes = (np.array([[amounts[at] for amounts in told.values()]]) for at in range(3))
    owned = np.array([[cell in own for cell in told]])
    return Insight((name,), tuple(told), n.astype(np.int64), weight, yes, owned, exact)


def _path(code: str, parents: Mapping[str, str]) -> set[str]:
    found = set()
    while code:
        found.add(code)
        code = parents.get(code, "")
    return found
