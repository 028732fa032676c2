"""What goes together with the first headline indicator, in points with intervals. Never what causes it.

In groups of what can be told apart from no difference, alphabetical inside a group.
"""

from math import ceil, floor

from analytics.release import DriverCard, Release
from analytics.release_words import month, sample
from analytics.verdict import Verdict, against
from dashboards.caterpillar import Dot, caterpillar, size
from dashboards.charts import Chart, points_axis
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import decimals, signed_interval
from dashboards.judgement import Shown
from dashboards.ranking import plain
from dashboards.view import View, in_language, in_time
from translations.languages import level, listed, number, signed, translator


def drivers(release: Release, view: View) -> Exhibit | None:
    """The exhibit of the release's drivers; None where it has none whose indicators it knows."""
    names = {card.id: in_language(card.name, view.language) for card in release.indicators}
    told = [card for card in release.drivers if {card.indicator, card.outcome} <= names.keys()]
    if not told:
        return None
    _, language = translator(view.language), view.language
    outcome = names[told[0].outcome]
    words: dict[Verdict, str] = {
        "higher": _("Goes together with more of it"),
        "same": _("Cannot be told apart from no difference"),
        "lower": _("Goes together with less of it"),
    }
    ordered = sorted(told, key=lambda card: (plain(names[card.indicator]), card.indicator))
    numbers = {card.indicator: _numbers(card) for card in ordered}
    groups = {
        name: [
            Dot(names[card.indicator], numbers[card.indicator], _reading(names[card.indicator], card, language))
            for card in ordered
            if against(numbers[card.indicator]) == verdict
        ]
        for verdict, name in words.items()
    }
    groups = {name: dots for name, dots in groups.items() if dots}
    return Exhibit(
        name="drivers",
        title=_("What goes together with “%(name)s”?", name=outcome),
        subtitle=_(
            "How many points larger the share is among those who also say this, compared with people of the same sex, "
            "age, area and wave who answer the rest alike; %(level)s intervals.",
            level=level(language),
        ),
        foot=_foot(release, told, language),
        summary=listed([_reading(names[card.indicator], card, language) for card in ordered], language),
        table=Table(
            caption=_("What goes together with “%(name)s”", name=outcome),
            heads=(
                _("Indicator"),
                _("It says"),
                _("Difference in points"),
                _("%(level)s interval", level=level(language)),
                _("n"),
            ),
            rows=tuple(
                (
                    names[card.indicator],
                    words[against(numbers[card.indicator])],
                    signed(card.effect, language, decimals(numbers[card.indicator])),
                    signed_interval(numbers[card.indicator], language),
                    number(card.n, language),
                )
                for card in ordered
            ),
            sheet=_sheet(ordered, names, words, language),
        ),
        chart=caterpillar(groups, language, _axis(list(numbers.values()), language)),
        size=size(groups),
        legend=(
            _("These answers go together; no table of answers can show that one causes the other."),
            _("Each is judged by itself: of twenty that do not go together, one will seem to, by chance."),
        ),
    )


def _sheet(
    ordered: list[DriverCard], names: dict[str, str], words: dict[Verdict, str], language: str
) -> tuple[tuple[str | float, ...], ...]:
    _ = translator(language)
    heads = (
        _("Indicator"),
        _("Code of the indicator"),
        _("It says"),
        _("Estimate"),
        _("Lower end of the interval"),
        _("Upper end of the interval"),
        _("Answers, at least"),
        _("Unit"),
        _("Waves pooled"),
    )
    unit = _("difference of shares (0.01 is a point)")
    rows = (
        (
            names[card.indicator],
            card.indicator,
            words[against(_numbers(card))],
            card.effect,
            card.low,
            card.high,
            card.n,
            unit,
            " ".join(card.waves),
        )
        for card in ordered
    )
    return (heads, *rows)


def _numbers(card: DriverCard) -> Shown:
    return Shown(card.effect, card.low, card.high, card.n, review=False)


def _reading(name: str, card: DriverCard, language: str) -> str:
    _ = translator(language)
    return _(
        "%(name)s: %(points)s points (%(interval)s), n = %(n)s",
        name=name,
        points=signed(card.effect, language, decimals(_numbers(card))),
        interval=signed_interval(_numbers(card), language),
        n=number(card.n, language),
    )


def _axis(found: list[Shown], language: str) -> Chart:
    """Points from the lowest end to the highest, with zero among them; from right to left for such readers."""
    low, high = min(0.0, *(item.low for item in found)), max(0.0, *(item.high for item in found))
    ends = [10 * floor(low * 10 - 1e-9), 10 * ceil(high * 10 + 1e-9)]
    step = 10 if ends[1] - ends[0] <= 40 else 20
    ticks = [value for value in range(*ends) if value % step == 0]
    return points_axis((ends[0] - 1, ends[1] + 1), ticks, language)


def _foot(release: Release, told: list[DriverCard], language: str) -> str:
    _ = translator(language)
    pooled = {wave for card in told for wave in card.waves}
    waves = [wave for wave in in_time(release.waves) if wave.id in pooled]
    return _(
        "%(first)s to %(last)s together, whatever wave is chosen; n from %(least)s to %(most)s, %(sample)s. Average "
        "marginal effects of a logistic model, with errors by the design of the sample.",
        first=month(waves[0], language) if waves else "",
        last=month(waves[-1], language) if waves else "",
        least=number(min(card.n for card in told), language),
        most=number(max(card.n for card in told), language),
        sample=sample(release.sample, language),
    )
