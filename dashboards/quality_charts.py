"""The charts of the quality page: modes by wave, who was reached beside the census, and questions without an answer."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from textwrap import wrap
from typing import Any

from analytics.release import IndicatorCard, Release
from analytics.release_words import mode, month
from dashboards.captions import time_direction
from dashboards.charts import ACCENT, INK, Chart, figure, middle, share_axis, time_axis, upright
from dashboards.elements import html
from dashboards.exhibits import Exhibit, Row, Table
from dashboards.formats import chart_text, literal
from dashboards.once import once
from dashboards.quality_report import DONT_KNOW, REFUSED, Rate, Reached, WaveQuality, labels, reached, unanswered, waves
from dashboards.view import View, in_language
from translations.languages import direction, fenced, joined, level, listed, number, percent, translator

SYMBOLS = ("circle", "square-open", "diamond", "triangle-up-open", "cross")
SIGNS = ("●", "□", "◆", "△", "✚")
WITHHELD = "c"
# Heights of a row with one and with two lines of a label, widths of a letter and of the longest line, all in px.
ROW, TALL_ROW, LETTER, LONGEST_LABEL = 26, 34, 6.8, 168
MOST_LINES = 5
OFFSET = 0.15  # of a row, between two series that both have intervals


def modes(release: Release, view: View) -> Exhibit:
    """How the interviews of each wave came in: a line of dots a mode. They are counted, so that no interval belongs."""
    _ = translator(view.language)
    language, found = view.language, waves(release)
    names = sorted({name for each in found for name in each.modes})
    shares = {name: [_part(each, name) for each in found] for name in names}
    drawn = {name: series for name, series in shares.items() if any(share is not None for share in series)}
    rows = tuple(
        (
            month(each.wave, language),
            number(each.interviews, language),
            *(_counted(each, name, language) for name in names),
        )
        for each in found
    )
    return Exhibit(
        name="modes",
        title=_("How do the answers come in?"),
        subtitle=_("Per cent of the finished interviews of each wave, counted and not weighted."),
        foot=_(
            "Answers of different ways may differ for that reason alone. c in the table: withheld to protect people."
        ),
        summary=listed([f"{row[0]}: " + _mix(names, row[2:], language) for row in rows], language),
        table=Table(
            _("Interviews by mode"),
            (_("Wave"), _("Interviews"), *(mode(n, language) for n in names)),
            rows,
            sheet=_modes_sheet(found, names, language),
        ),
        chart=_modes(found, drawn, language) if drawn else None,
        legend=(*_keys([mode(name, language) for name in drawn]), *time_direction(language)),
    )


def _modes_sheet(found: Sequence[WaveQuality], names: Sequence[str], language: str) -> tuple[Row, ...]:
    _ = translator(language)
    heads = (_("Wave"), _("Code of the wave"), _("Mode"), _("Interviews"), _("share from 0 to 1"))
    rows = (
        (
            month(each.wave, language),
            each.wave.id,
            mode(name, language),
            *(WITHHELD if value is None else value for value in (each.modes.get(name, 0), _part(each, name))),
        )
        for each in found
        for name in names
    )
    return (heads, *rows)


def _part(each: WaveQuality, name: str) -> float | None:
    count = each.modes.get(name, 0)
    return None if count is None or not each.interviews else count / each.interviews


def _counted(each: WaveQuality, name: str, language: str) -> str:
    count, share = each.modes.get(name, 0), _part(each, name)
    if count is None or share is None:
        return WITHHELD
    _ = translator(language)
    return _("%(total)s (%(modes)s)", total=number(count, language), modes=percent(share, language))


def _mix(names: Sequence[str], cells: Sequence[object], language: str) -> str:
    parts = [f"{mode(name, language)} {cell}" for name, cell in zip(names, cells, strict=True)]
    return joined(parts, language)


def _modes(found: Sequence[WaveQuality], shares: Mapping[str, list[float | None]], language: str) -> Chart:
    days = [middle(each.wave).isoformat() for each in found]
    traces = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": days,
            "y": [None if share is None else share * 100 for share in series],
            "connectgaps": False,
            "line": {"color": ACCENT, "width": 1.5},
            "marker": {
                "color": ACCENT,
                "size": 10,
                "symbol": SYMBOLS[place % len(SYMBOLS)],
                "line": {"color": ACCENT, "width": 2},
            },
            "hoverinfo": "text",
            "hovertext": [
                literal(f"{mode(name, language)}, {month(each.wave, language)}: {_counted(each, name, language)}")
                for each in found
            ],
        }
        for place, (name, series) in enumerate(shares.items())
    ]
    in_order = [each.wave for each in found]
    return upright(traces, language, xaxis=time_axis(in_order, language), yaxis=share_axis(language))


def coverage(release: Release, view: View, margin: str) -> Exhibit:
    """Who answered beside the census, before weighting, by "area" or "sex_age"."""
    _ = translator(view.language)
    language, cells = view.language, reached(release, view.wave.id, margin)
    by_area = margin == "area"
    names = [_cell(release, each, margin, language) for each in cells]
    heads = (_("Group"), _("Answered, before weighting"), _("Census"))
    rows = tuple(
        (name, _share(each.achieved, language), _share(each.census, language))
        for name, each in zip(names, cells, strict=True)
    )
    series: list[Series] = [
        (_("Census"), "square-open", [(each.census, 0.0, 0.0) for each in cells]),
        (
            _("Answered, before weighting"),
            "circle",
            [None if each.achieved is None else (each.achieved, 0.0, 0.0) for each in cells],
        ),
    ]
    return Exhibit(
        name=f"coverage-{margin}",
        title=_("Are all areas reached?") if by_area else _("Are women and men of all ages reached?"),
        subtitle=_(
            "Per cent of those who answered and of the adults of the census, %(wave)s.",
            wave=month(view.wave, language),
        ),
        foot=_(
            "The axis ends at the largest share. Weights make up for the distance; they do not take away its cause."
        ),
        summary=listed(
            [
                _("%(name)s: answered %(achieved)s, census %(census)s", name=name, achieved=achieved, census=census)
                for name, achieved, census in rows
            ],
            language,
        ),
        table=Table(
            _("Who answered and the census"),
            heads,
            rows,
            sheet=(
                (*heads, _("Unit")),
                *(
                    (name, WITHHELD if each.achieved is None else each.achieved, each.census, _("share from 0 to 1"))
                    for name, each in zip(names, cells, strict=True)
                ),
            ),
        ),
        chart=_across(names, series, language) if cells else None,
        size={"blockSize": f"{ROW * _places(names)[1] + 56:.0f}px"},
        legend=_keys([_("Census"), _("Answered, before weighting")], ("□", "●")),
    )


@once
def _areas(release: Release, language: str) -> Mapping[str, str]:
    return {area.code: in_language(area.name, language) for area in release.areas}


def _cell(release: Release, cell: Reached, margin: str, language: str) -> str:
    if margin == "area":
        return _areas(release, language).get(cell.codes[0], cell.codes[0])
    parts = [
        fenced(labels(release, role, language).get(code, code), language)
        for role, code in zip(("sex", "age"), cell.codes, strict=True)
    ]
    return joined(parts, language)


def refusals(release: Release, view: View) -> Exhibit:
    """Which questions people would not or could not answer, with intervals."""
    _ = translator(view.language)
    language = view.language
    kinds = {REFUSED: _("Preferred not to answer"), DONT_KNOW: _("Did not know")}
    rates = {kind: unanswered(release, view.wave.id, kind) for kind in kinds}
    cards = [card for card in release.indicators if any(card.id in rates[kind] for kind in kinds)]
    names = [in_language(card.name, language) for card in cards]
    series = [
        (kinds[kind], symbol, [_ends(rates[kind].get(card.id)) for card in cards])
        for kind, symbol in ((REFUSED, "circle"), (DONT_KNOW, "square-open"))
    ]
    rows = tuple(
        (name, *(_rate(rates[kind].get(card.id), language) for kind in kinds))
        for name, card in zip(names, cards, strict=True)
    )
    return Exhibit(
        name="refusals",
        title=_("Which questions go unanswered?"),
        subtitle=_(
            "Per cent of those asked, with %(level)s intervals, %(wave)s.",
            level=level(language),
            wave=month(view.wave, language),
        ),
        foot=_("The axis ends at the largest share. What is withheld or not reliable has no dot."),
        summary=listed([": ".join(map(str, (row[0], listed(list(row[1:]), language)))) for row in rows], language),
        table=Table(
            _("Questions without an answer"),
            (_("Indicator"), *kinds.values()),
            rows,
            sheet=_rates_sheet(cards, kinds, rates, view),
        ),
        chart=_across(names, series, language) if cards else None,
        size={"blockSize": f"{TALL_ROW * _places(names)[1] + 56:.0f}px"},
        legend=_keys(list(kinds.values()), ("●", "□")),
    )


def _rates_sheet(
    cards: Sequence[IndicatorCard], kinds: Mapping[str, str], rates: Mapping[str, Mapping[str, Rate]], view: View
) -> tuple[Row, ...]:
    _, language = translator(view.language), view.language
    heads = (
        _("Indicator"),
        _("Code of the indicator"),
        _("Code of the wave"),
        _("What"),
        _("Estimate"),
        _("Lower end of the interval"),
        _("Upper end of the interval"),
        _("Unit"),
    )
    rows = (
        (
            in_language(card.name, language),
            card.id,
            view.wave.id,
            kinds[kind],
            *((rate.share, rate.low, rate.high) if (rate := rates[kind].get(card.id)) else (_("not shown"),) * 3),
            _("share from 0 to 1"),
        )
        for card in cards
        for kind in kinds
    )
    return (heads, *rows)


def _ends(rate: Rate | None) -> tuple[float, float, float] | None:
    return (rate.share, rate.share - rate.low, rate.high - rate.share) if rate else None


def _rate(rate: Rate | None, language: str) -> str:
    if rate is None:
        return "–"
    _ = translator(language)
    share, low, high = (percent(value, language) for value in (rate.share, rate.low, rate.high))
    return _("%(estimate)s (%(interval)s)", estimate=share, interval=_("%(low)s to %(high)s", low=low, high=high))


def _share(share: float | None, language: str) -> str:
    return WITHHELD if share is None else percent(share, language)


Series = tuple[str, str, list[tuple[float, float, float] | None]]


def _across(names: Sequence[str], series: Sequence[Series], language: str) -> Chart:
    """Rows with a dot of each series, and a whisker where it has an interval: (share, below, above)."""
    rtl = direction(language) == "rtl"
    most = max((share + above for _, _, found in series for share, _, above in filter(None, found)), default=0.1)
    end = min(max(-(-most * 100 // 10) * 10, 10), 100)
    axis = share_axis(language, across=True)
    axis |= {"range": [end * 1.02, -end * 0.02] if rtl else [-end * 0.02, end * 1.02]}
    axis |= {"tickvals": [end * part / 4 for part in range(5)]}
    axis |= {"ticktext": [percent(tick / 100, language, 0 if end % 4 == 0 else 1) for tick in axis["tickvals"]]}
    traces = []
    whiskers = any(below or above for _, _, found in series for _, below, above in filter(None, found))
    rows, depth = _places(names)
    for at, (title, symbol, found) in enumerate(series):
        places = [place for place, each in enumerate(found) if each is not None]
        shift = (2 * at - len(series) + 1) * OFFSET if whiskers else 0
        shown = [each for each in found if each is not None]
        colour = ACCENT if symbol == "circle" else INK
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [share * 100 for share, _, _ in shown],
                "y": [rows[place] + shift for place in places],
                "marker": {"color": colour, "size": 9, "symbol": symbol, "line": {"width": 2, "color": colour}},
                "error_x": {"visible": False}
                if not whiskers
                else {
                    "type": "data",
                    "symmetric": False,
                    "array": [above * 100 for _, _, above in shown],
                    "arrayminus": [below * 100 for _, below, _ in shown],
                    "color": colour,
                    "thickness": 1.5,
                    "width": 3,
                },
                "cliponaxis": False,
                "hoverinfo": "text",
                "hovertext": [
                    literal(f"{names[place]}, {title}: {fenced(percent(each[0], language), language)}")
                    for place, each in zip(places, shown, strict=True)
                ],
            }
        )
    longest = max((len(line) for name in names for line in _lines(name)), default=1)
    margin = min(longest * LETTER + 16, LONGEST_LABEL)
    return figure(
        traces,
        margin={"l": 16 if rtl else margin, "r": margin if rtl else 16, "t": 4, "b": 32},
        xaxis=axis,
        yaxis={
            "range": [depth - 0.4, -0.6],
            "tickvals": list(rows),
            "ticktext": ["<br>".join(chart_text(line, language) for line in _lines(name)) for name in names],
            "side": "right" if rtl else "left",
            "showgrid": False,
            "zeroline": False,
            "fixedrange": True,
            "ticklabelstandoff": 6,
        },
    )


def _places(names: Sequence[str]) -> tuple[tuple[float, ...], float]:
    """Where each row stands, in rows of a label of one or two lines, and how many of these all take together."""
    found, used = [], 0.0
    for name in names:
        needed = max(len(_lines(name)) / 2, 1.0)
        found.append(used + needed / 2 - 0.5)
        used += needed
    return tuple(found), used


@lru_cache(maxsize=4096)
def _lines(name: str) -> list[str]:
    """A label in lines, cut only where there are very many; the table has it whole."""
    width = int((LONGEST_LABEL - 16) / LETTER)
    return wrap(name, width, max_lines=MOST_LINES, placeholder="…", break_long_words=True)


def _keys(names: Sequence[str], signs: Sequence[str] = SIGNS) -> tuple[Any, ...]:
    return tuple(
        [html.Span(signs[place % len(signs)], className="symbol", **{"aria-hidden": "true"}), name]
        for place, name in enumerate(names)
    )
