"""What two releases say differently: a golden difference, and none between a release and itself."""

from dataclasses import replace

from analytics.release import Release
from analytics.release.difference import Difference, Moved, difference

from .made import card, figure, release


def test_a_release_does_not_differ_from_itself() -> None:
    found = difference(release(), release())
    assert not found
    assert found == Difference((), (), (), {}, (), (), ())


def test_the_difference_says_what_moved_and_by_how_much_of_its_own_half_interval() -> None:
    """By hand: 0.015 over a half-interval of 0.03 is 0.5; over one of 0.06, 0.25; the change stands still."""
    before, after = release("trust", "safe"), release("trust", "order", shift=0.015)
    asked = card("trust", "How far do you trust them?")
    after = replace(after, indicators=(asked, *after.indicators[1:]), parameters={"k": 12, "level": 0.95})
    shown = tuple(found for found in after.figures if found.key != ("trust", "w1", "", "", "", 1))
    after = replace(after, figures=(*shown, figure("trust", "w1", 0.4, area="a")))
    found = difference(before, after)
    assert (found.added, found.withdrawn, found.redefined) == (("order",), ("safe",), ("trust",))
    assert found.parameters == {"k": (10, 12)}
    assert [(move.key, move.half_intervals) for move in found.moved] == [
        (("trust", "w2", "", "", "", 1), 0.5),
        (("trust", "w2", "a", "", "", 1), 0.25),
    ]
    assert found.appeared == (
        ("order", "w1", "", "", "", 1),
        ("order", "w2", "", "", "", 1),
        ("order", "w2", "", "", "since_previous", 1),
        ("order", "w2", "a", "", "", 1),
        ("trust", "w1", "a", "", "", 1),
    )
    assert found.vanished == (
        ("safe", "w1", "", "", "", 1),
        ("safe", "w2", "", "", "", 1),
        ("safe", "w2", "", "", "since_previous", 1),
        ("safe", "w2", "a", "", "", 1),
        ("trust", "w1", "", "", "", 1),
    )


def test_a_figure_whose_estimate_stands_still_and_whose_interval_moved_has_moved() -> None:
    before = release("trust")
    wider = replace(before, figures=(figure("trust", "w1", 0.5, 0.05), *before.figures[1:]))
    assert difference(before, wider).moved == (Moved(("trust", "w1", "", "", "", 1), 0.5, 0.5, 0.0),)


def test_a_figure_without_an_interval_moved_by_no_number_of_them() -> None:
    def flat(value: float) -> Release:
        content = release("trust")
        return replace(content, figures=(replace(figure("trust", "w1", value), low=value, high=value),))

    assert difference(flat(0.5), flat(0.6)).moved == (Moved(("trust", "w1", "", "", "", 1), 0.5, 0.6, None),)


def test_another_base_of_a_wave_is_a_difference() -> None:
    before = release()
    after = replace(before, waves=(replace(before.waves[0], n=901), before.waves[1]))
    assert list(difference(before, after).parameters) == ["wave w1"]
