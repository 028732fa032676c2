"""Institutions side by side, in groups of what can be told apart from the first one, alphabetical inside a group.

The same people answered for all of them, and a release does not say how their answers go together. So two are told
apart only where their intervals do not overlap: that holds however they do.
"""

from analytics.release import IndicatorCard, Release
from analytics.verdict import Verdict
from dashboards.captions import foot
from dashboards.caterpillar import Dot, caterpillar, reference, size
from dashboards.charts import share_axis
from dashboards.exhibits import Exhibit, Table
from dashboards.formats import with_interval
from dashboards.judgement import Shown, shown
from dashboards.ranking import caution_key, plain
from dashboards.sentences import hover
from dashboards.tables import cells, heads
from dashboards.view import View, in_language
from translations.languages import level, plural_translator, translator

FAMILY = "trust"


def institutions(release: Release, view: View) -> Exhibit | None:
    """The exhibit of trust in each institution; None where the release has not two of them to compare."""
    cards = [card for card in release.indicators if card.id.startswith(FAMILY)]
    if len(cards) < 2:
        return None
    _, language = translator(view.language), view.language
    first = next((card for card in cards if card.headline), cards[0])
    against = shown(release.figure(first.id, view.wave.id))
    named = {card.id: in_language(card.name, language) for card in cards}
    words = {
        "first": _("Compared with"),
        "higher": _("Higher"),
        "same": _("Cannot be told apart"),
        "lower": _("Lower"),
        None: _("Nothing to compare with"),
    }
    found = {card.id: shown(release.figure(card.id, view.wave.id)) for card in cards}
    verdicts = {
        card.id: "first" if card is first else apart(found[card.id], against) for card in cards if found[card.id]
    }
    ordered = sorted(cards, key=lambda card: (plain(named[card.id]), card.id))
    groups = {
        name: [
            Dot(named[card.id], item, hover(named[card.id], item, language))
            for card in ordered
            if verdicts.get(card.id, "hidden") == verdict and (item := found[card.id])
        ]
        for verdict, name in words.items()
    }
    groups = {name: dots for name, dots in groups.items() if dots}
    return Exhibit(
        name="institutions",
        title=_("Which institutions stand apart from “%(name)s”?", name=named[first.id]),
        subtitle=_(
            "Share of those who trust each institution, with %(level)s intervals. Two are told apart only where their "
            "intervals do not overlap.",
            level=level(language),
        ),
        foot=foot(release, View(language, first, view.wave)),
        summary=_summary(list(verdicts.values()), language),
        table=Table(
            caption=_("Trust in each institution"),
            heads=heads((_("Institution"), _("Against “%(name)s”", name=named[first.id])), language),
            rows=tuple(_row(card, named, words, verdicts, release, view) for card in ordered),
            figures=tuple(release.figure(card.id, view.wave.id) for card in ordered),
        ),
        chart=caterpillar(groups, language, share_axis(language, across=True), reference(against)) if groups else None,
        size=size(groups),
        legend=(
            *(
                (_("The dashed line and its band: %(figure)s", figure=with_interval(against, language)),)
                if against
                else ()
            ),
            *caution_key(found.values(), language),
        ),
    )


def apart(found: Shown | None, against: Shown | None) -> Verdict | None:
    """How two shares of the same people stand: by whether their intervals overlap; None where one is not shown."""
    if found is None or against is None:
        return None
    return "higher" if found.low > against.high else "lower" if found.high < against.low else "same"


def _row(
    card: IndicatorCard,
    named: dict[str, str],
    words: dict[str | None, str],
    verdicts: dict[str, str | None],
    release: Release,
    view: View,
) -> tuple[str, ...]:
    stands = words[verdicts[card.id]] if card.id in verdicts else ""
    return named[card.id], stands, *cells(release.figure(card.id, view.wave.id), release, view.language)


def _summary(verdicts: list[str | None], language: str) -> str:
    _, _n = translator(language), plural_translator(language)
    higher, same, lower = (verdicts.count(each) for each in ("higher", "same", "lower"))
    return _(
        "%(higher)s, %(same)s, %(lower)s.",
        higher=_n("%(num)d institution higher", "%(num)d institutions higher", higher),
        same=_n("%(num)d cannot be told apart", "%(num)d cannot be told apart", same),
        lower=_n("%(num)d institution lower", "%(num)d institutions lower", lower),
    )
