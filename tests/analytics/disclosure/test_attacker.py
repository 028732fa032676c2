"""The attacker of a release: what is withheld and follows from the rest is found, by every way that is known to us."""

from dataclasses import replace

import pytest

from analytics.disclosure.attacker import Audit, Reach, audit
from analytics.disclosure.publications import Cell
from analytics.release import GAP, PUBLISHED, AnswerCard, AreaCard, Figure
from tests.analytics.disclosure.tables import TRUST, K, insight, published, survey

THREE = {"top": "", "a": "top", "b": "top", "c": "top"}
A, B, C, ALL = ("w1", "a", "", 1), ("w1", "b", "", 1), ("w1", "c", "", 1), ("w1", "", "", 1)
PLAIN = survey(
    {("w1", "a", ""): (5, 50.0, 10.0), ("w1", "b", ""): (60, 600.0, 200.0), ("w1", "c", ""): (80, 800.0, 300.0)}, THREE
)


def cells(found: Audit) -> set[Cell]:
    return {(reach.wave, reach.area, reach.sex, reach.span) for reach in found.recovered}


def only(found: Audit) -> Reach:
    (reach,) = found.reaches
    return reach


def test_one_withheld_area_is_the_total_less_the_others() -> None:
    reach = only(audit([published(PLAIN, THREE, [A])], insight(PLAIN, [A])))
    assert reach.recovered
    assert reach.n == (5, 5)
    assert reach.share == pytest.approx((0.2, 0.2))


def test_a_withheld_area_beside_a_large_one_stays_open() -> None:
    reach = only(audit([published(PLAIN, THREE, [A, B])], insight(PLAIN, [A]), full=True))
    assert not reach.recovered
    assert reach.n == pytest.approx((0, 65))
    assert reach.share == pytest.approx((0, 1))


def test_a_sibling_of_little_weight_protects_no_share_though_nobody_is_alone_in_a_sum() -> None:
    # 90 people of weight 900 of whom 18 said yes, beside 2 of weight 20: their yes is from 0 to 20 of 28 together.
    told = survey(
        {("w1", "a", ""): (90, 900.0, 18.0), ("w1", "b", ""): (2, 20.0, 10.0), ("w1", "c", ""): (80, 800.0, 300.0)},
        THREE,
    )
    reach = only(audit([published(told, THREE, [A, B])], insight(told, [A]), full=True))
    assert reach.n == pytest.approx((0, 92))  # open by far more than k
    assert reach.share == pytest.approx((8 / 900, 28 / 900))  # 2 points wide, where the rule asks for 10 / 90
    assert reach.recovered


SEXES = survey(
    {
        ("w1", area, sex): (n, 10.0 * n, 3.0 * n)
        for area, women, men in (("a", 4, 40), ("b", 50, 60), ("c", 70, 80))
        for sex, n in (("woman", women), ("man", men))
    },
    THREE,
    sexes=True,
)
WOMEN, MEN = ("w1", "a", "woman", 1), ("w1", "a", "man", 1)


def test_women_and_men_of_an_area_are_recovered_across_tables_though_both_are_withheld() -> None:
    # Within the area both are withheld; but all women less those of other areas are the women of this one.
    assert cells(audit([published(SEXES, THREE, [WOMEN, MEN])], insight(SEXES, [WOMEN]))) == {WOMEN}
    square = [WOMEN, MEN, ("w1", "b", "woman", 1), ("w1", "b", "man", 1)]
    assert not audit([published(SEXES, THREE, square)], insight(SEXES, [WOMEN])).recovered


def test_who_told_no_sex_is_granted_to_the_worst_attacker_and_not_to_an_outsider() -> None:
    held = {
        ("w1", "a", "woman"): (40, 400.0, 90.0),
        ("w1", "a", "man"): (50, 500.0, 90.0),
        ("w1", "a", ""): (30, 300.0, 9.0),
    }
    told = survey(held, {"top": "", "a": "top"}, sexes=True)
    areas = {"top": "", "a": "top"}
    hidden = [("w1", "a", "woman", 1), ("w1", "", "woman", 1)]
    release = published(told, areas, hidden)
    assert cells(audit([release], insight(told, hidden))) == set(hidden)
    guessed = audit([release], full=True)
    assert not guessed.recovered
    assert guessed.reaches[0].n == pytest.approx((0, 70))


LEVELS = {"top": "", "d": "top", "e": "top", "a": "d", "b": "d", "c": "e"}
TREE = survey({("w1", code, ""): (n, 10.0 * n, 4.0 * n) for code, n in (("a", 30), ("b", 40), ("c", 50))}, LEVELS)


def test_a_withheld_district_is_the_sum_of_its_areas() -> None:
    district = "w1", "d", "", 1
    assert cells(audit([published(TREE, LEVELS, [district])], insight(TREE, [district]))) == {district}


def test_an_area_is_recovered_across_levels() -> None:
    # b is the rest of d, and d is the rest of the whole survey.
    hidden = [("w1", "b", "", 1), ("w1", "d", "", 1)]
    assert cells(audit([published(TREE, LEVELS, hidden)], insight(TREE, hidden))) == set(hidden)


ONE = {"top": "", "a": "top"}
WAVES = survey({(f"w{at}", "a", ""): (20 + at, 100.0, 30.0 + at) for at in range(1, 6)}, ONE, spans=(1, 4))


def everybody_too(*hidden: tuple[str, int]) -> list[Cell]:
    """Of a survey in one area the whole is withheld with it."""
    return [(wave, area, "", span) for wave, span in hidden for area in ("a", "")]


def test_a_wave_is_the_rest_of_its_window() -> None:
    hidden = everybody_too(("w2", 1))
    assert cells(audit([published(WAVES, ONE, hidden)], insight(WAVES, hidden))) == set(hidden)


def test_a_wave_is_recovered_from_two_windows_that_differ_by_it() -> None:
    # w1 = (w1 to w4) - (w2 to w5) + w5, though w1 to w4 are all withheld.
    hidden = everybody_too(("w1", 1), ("w2", 1), ("w3", 1), ("w4", 1))
    first = everybody_too(("w1", 1))
    assert cells(audit([published(WAVES, ONE, hidden)], insight(WAVES, hidden))) == set(first)
    more = [*hidden, *everybody_too(("w5", 4))]
    assert not audit([published(WAVES, ONE, more)], insight(WAVES, hidden)).recovered


def test_an_area_that_was_published_before_cannot_be_withheld_now() -> None:
    before, now = published(PLAIN, THREE), published(PLAIN, THREE, [A, B])
    found = audit([before, now], insight(PLAIN, [A]))
    assert only(found).n == (5, 5)
    assert cells(found) == {A}


def test_two_releases_that_withhold_different_siblings_give_both_away() -> None:
    before, now = published(PLAIN, THREE, [A, C]), published(PLAIN, THREE, [A, B])
    assert not audit([now], insight(PLAIN, [A])).recovered
    assert cells(audit([before, now], insight(PLAIN, [A]))) == {A}
    assert cells(audit([before, now])) == {A, B}


def later(area: str, n: int) -> dict[Cell, tuple[int, float, float]]:
    """The plain survey after n more have answered in an area."""
    found = dict(PLAIN)
    for cell in (ALL, ("w1", area, "", 1)):
        base, weight, yes = found[cell]
        found[cell] = base + n, weight + 10 * n, yes + 5 * n
    return found


@pytest.mark.parametrize(("came", "told"), [(3, True), (9, True), (10, False), (40, False)])
def test_late_answers_that_number_fewer_than_k_are_the_difference_of_two_releases(came: int, told: bool) -> None:
    before, after = published(PLAIN, THREE), later("b", came)
    for found in (
        audit([before, published(after, THREE)], insight(after, [])),
        audit([before, published(after, THREE)]),
    ):
        assert cells(found) == ({B, ALL} if told else set())
        assert all(reach.late and reach.n == (came, came) for reach in found.recovered)


def test_an_area_that_few_have_joined_is_known_from_the_release_before_though_it_is_withheld_now() -> None:
    before, after = published(PLAIN, THREE), later("b", 3)
    now = published(after, THREE, [B, ALL])
    bounded = published(after, THREE, [B, C])
    assert not audit([now], insight(after, [B])).recovered
    # Three came, to b or to c: an outsider knows b from 60 to 63. The worst attacker guesses that c is as it was.
    found = [audit([before, bounded], full=True), audit([before, bounded], insight(after, [B]), full=True)]
    bases = [{reach.n for reach in each.recovered if reach.area == "b" and not reach.late} for each in found]
    assert bases == [{(60, 63)}, {(63, 63)}]


def test_few_late_answers_join_what_two_releases_withhold_apart() -> None:
    # Before, a and c were withheld, now a and b. Since b had 60, at most 5 of the 65 in a and b are in a.
    before, after = published(PLAIN, THREE, [A, C]), later("c", 3)
    found = audit([before, published(after, THREE, [A, B])], full=True)
    reach = next(reach for reach in found.recovered if reach.area == "a" and not reach.late)
    assert reach.n == pytest.approx((0, 5))
    assert not audit([published(after, THREE, [A, B])]).recovered


def test_a_base_that_shrank_is_no_contradiction() -> None:
    fewer = later("b", -2)
    found = audit([published(PLAIN, THREE), published(fewer, THREE, [A, C])], insight(fewer, [A]))
    assert not found.inconsistent
    assert A in cells(found)  # nobody left a, but who is to know: a and c still have what they had


def test_a_gap_that_is_published_where_a_side_is_withheld_gives_the_side_away() -> None:
    held = {("w1", "a", "woman"): (40, 400.0, 90.0), ("w1", "a", "man"): (50, 500.0, 150.0)}
    told = survey(held, ONE, sexes=True)
    hidden = [("w1", area, sex, 1) for area in ("a", "") for sex in ("woman", "")]
    release = published(told, ONE, hidden)
    assert not audit([release], insight(told, hidden)).recovered
    gap = Figure("trust", "w1", "a", "", GAP, PUBLISHED, n=90, n_to=90, estimate=-0.075, se=0.05)
    reach = only(audit([replace(release, figures=(*release.figures, gap))], insight(told, hidden[:1])))
    assert reach.recovered
    assert reach.n == (40, 40)
    assert reach.share == pytest.approx((0.22, 0.23))  # 0.30 - 0.075, up to the rounding of the gap


def test_bands_are_narrowed_where_their_total_is_exact() -> None:
    told = survey({("w1", "a", "woman"): (51, 51.0, 20.0), ("w1", "a", "man"): (6, 6.0, 2.0)}, ONE, sexes=True)
    hidden = [("w1", area, "man", 1) for area in ("a", "")]
    bands: dict[Cell, tuple[int, int]] = {("w1", area, "woman", 1): (50, 99) for area in ("a", "")}
    found = audit([published(told, ONE, hidden, bands=bands)], full=True)
    assert {reach.n for reach in found.reaches} == {(0, 7)}  # 57 in all, of whom 50 or more are women
    assert cells(found) == set(hidden)


def test_rounding_alone_protects_no_share() -> None:
    rough = only(audit([published(PLAIN, THREE, [A])], insight(PLAIN, [A], exact=False)))
    assert rough.n == (5, 5)
    assert rough.share is not None
    assert rough.share[0] < 0.2 < rough.share[1]


def test_what_is_imprecise_says_that_k_answered_and_so_how_many_did_not() -> None:
    # Of 17 in a and b, b is "fewer than 30" and therefore 10 or more, since else it were confidential: a is 7 or fewer.
    told = survey(
        {("w1", "a", ""): (5, 50.0, 10.0), ("w1", "b", ""): (12, 120.0, 60.0), ("w1", "c", ""): (80, 800.0, 300.0)},
        THREE,
    )
    release = published(told, THREE, [A], silent={B: "n_below_30"})
    reach = only(audit([release], insight(told, [A]), full=True))
    assert reach.n == pytest.approx((0, 7))
    assert reach.recovered


def test_a_wide_interval_relative_to_its_share_says_that_the_share_is_small() -> None:
    told = survey(
        {("w1", "a", ""): (40, 400.0, 10.0), ("w1", "b", ""): (45, 450.0, 45.0), ("w1", "c", ""): (80, 800.0, 300.0)},
        THREE,
    )
    release = published(told, THREE, [A], silent={B: "relative_interval_wide"})
    low, high = only(audit([release], insight(told, [A]), full=True)).share or (0, 1)
    assert high == pytest.approx(55 / 400)
    assert low == 0
    assert only(audit([published(told, THREE, [A, B])], insight(told, [A]), full=True)).n == pytest.approx((0, 85))


def test_the_card_of_a_wave_says_how_many_answered_at_most() -> None:
    release = published(PLAIN, THREE, [A, ALL], interviews=145)
    assert only(audit([release], insight(PLAIN, [A]), full=True)).n == pytest.approx((0, 5))
    assert cells(audit([release], insight(PLAIN, [A]))) == {A}
    assert not audit([published(PLAIN, THREE, [A, ALL], interviews=200)], insight(PLAIN, [A])).recovered


def test_an_indicator_that_was_recoded_is_another_one() -> None:
    recoded = replace(TRUST, answers=(*TRUST.answers, AnswerCard("2", {}, positive=True, based=True)))
    now = published(PLAIN, THREE, [A, B])
    assert cells(audit([published(PLAIN, THREE), now], insight(PLAIN, [A]))) == {A}
    assert not audit([published(PLAIN, THREE, card=recoded), now], insight(PLAIN, [A])).recovered
    one, other = replace(TRUST, digest="1"), replace(TRUST, digest="2")
    now = published(PLAIN, THREE, [A, B], card=one)
    assert not audit([published(PLAIN, THREE, card=other), now], insight(PLAIN, [A])).recovered
    assert audit([published(PLAIN, THREE, card=one), now], insight(PLAIN, [A])).recovered


def test_what_does_not_add_up_is_reported_and_no_crash() -> None:
    broken = dict(PLAIN) | {B: (99, 600.0, 200.0)}
    assert audit([published(broken, THREE, [A])]).inconsistent == ("trust",)
    assert audit([published(broken, THREE, [A, C])]).inconsistent == ()


def test_a_cell_that_nobody_answered_needs_nothing() -> None:
    told = survey(
        {("w1", "a", ""): (0, 0.0, 0.0), ("w1", "b", ""): (60, 60.0, 20.0), ("w1", "c", ""): (9, 9.0, 3.0)}, THREE
    )
    assert not audit([published(told, THREE, [A])], insight(told, [A])).reaches
    assert cells(audit([published(told, THREE, [A, C])], insight(told, [A, C]))) == {C}


def test_an_outsider_takes_populations_for_weights() -> None:
    told = survey(
        {("w1", "a", ""): (300, 300.0, 6.0), ("w1", "b", ""): (20, 20.0, 12.0), ("w1", "c", ""): (500, 500.0, 200.0)},
        THREE,
    )
    release = published(told, THREE, [A, B])
    people = {"top": 0, "a": 30_000, "b": 2_000, "c": 50_000}
    areas = tuple(AreaCard(area.code, "x", area.parent, {}, people[area.code]) for area in release.areas)
    found = audit([replace(release, areas=areas)], full=True)
    large = next(reach for reach in found.reaches if reach.area == "a")
    assert large.share is not None
    assert large.share[0] <= 0.02 <= large.share[1] < 0.5
    unknown = tuple(AreaCard(area.code, "x", area.parent, {}, 0) for area in release.areas)
    assert {reach.share for reach in audit([replace(release, areas=unknown)]).reaches} == {None}


def test_k_is_that_of_the_release() -> None:
    told = dict(PLAIN)
    release = published(told, THREE, [A, B], interviews=145)
    assert not audit([release], insight(told, [A])).recovered
    assert audit([replace(release, parameters={"k": 70})], insight(told, [A])).recovered
    assert K == 10
