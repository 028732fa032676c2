"""Disclosure control: which figures are withheld so that no one can be found in them, also not by subtraction.

Primary: fewer than k answers in the base. Complementary: a withheld cell whose siblings and total are known could be
worked out, so another one is withheld with it. Precision is judged elsewhere; the two reasons are never mixed.
"""

from collections.abc import Mapping

from survey_app.areas import AreaList

DEFAULT_K = 10
FEWER_THAN_K, COMPLEMENTARY = "fewer_than_k", "complementary"


def withheld_areas(counts: Mapping[str, int], areas: AreaList, k: int = DEFAULT_K) -> dict[str, str]:
    """Area code -> reason, for the cells of one indicator and wave that are withheld.

    counts: answers in the base by area, of every level. Where exactly one child of an area is withheld, the child with
    the smallest population is withheld too, at every level, until no cell is the rest of a known sum. The choice
    depends on population alone, so that it is the same in every wave.
    """
    reasons = {code: FEWER_THAN_K for code, count in counts.items() if count < k}
    children: dict[str, list[str]] = {}
    for area in areas.areas:
        if area.parent and area.code in counts:
            children.setdefault(area.parent, []).append(area.code)
    changed = True
    while changed:
        changed = False
        for parent, family in children.items():
            hidden = [code for code in family if code in reasons]
            shown = [code for code in family if code not in reasons]
            # One hidden child is the parent less the others; a hidden parent is the sum of children that all show.
            alone = parent not in reasons and len(hidden) == 1
            summed = parent in reasons and not hidden
            if (alone or summed) and shown:
                reasons[min(shown, key=lambda code: (areas.get(code).population, code))] = COMPLEMENTARY
                changed = True
            elif alone:
                reasons[parent] = COMPLEMENTARY
                changed = True
    return reasons


def withheld_sexes(counts: Mapping[str, int], k: int = DEFAULT_K) -> dict[str, str]:
    """Sex -> reason. Both are withheld if one is, since the total is published."""
    small = {sex for sex, count in counts.items() if count < k}
    return {sex: FEWER_THAN_K if sex in small else COMPLEMENTARY for sex in counts} if small else {}
