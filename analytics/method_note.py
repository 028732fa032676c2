"""The method note of a release in three languages: text made from the release's own parameters, waves and cards.

So that a note can never describe another release than the one it lies in. Plain words, for whoever has to decide
whether to believe a figure.
"""

from collections.abc import Sequence

from translations.languages import (
    LANGUAGES,
    NATIVE_NAMES,
    day,
    fenced,
    joined,
    number,
    percent,
    translator,
)

from .disclosure.exposure import HEAVIEST
from .disclosure.rounding import BANDS, COARSEST, FINEST
from .release import Release, Text, Wave
from .release_words import mode as mode_name
from .rule_words import rule_words


def method_note(release: Release) -> Text:
    """The note in Markdown, by language."""
    return {language: _note(release, language) for language in LANGUAGES}


def _note(release: Release, language: str) -> str:
    _ = translator(language)
    sections: Sequence[tuple[str, Sequence[str]]] = (
        (_("Who was asked, and how"), _asked(release, language)),
        (_("What is counted"), _counted(release, language)),
        (_("Weights"), _weights(release, language)),
        (_("Estimates and intervals"), _estimates(release, language)),
        (_("Which figures are too unsure"), _unsure(release, language)),
        (_("What is withheld to protect people"), _protected(release, language)),
        (_("Several waves, comparisons and chance"), _compared(release, language)),
        (_("Signs"), _signs(language)),
        (_("What these figures cannot say"), _limits(release, language)),
        (_("How to check and to compute again"), _checked(release, language)),
    )
    lines = ["# " + _("How these figures were made: %(survey)s", survey=release.survey.get(language, "")), ""]
    if release.synthetic:
        warning = _("Synthetic data: no resident was asked. Nothing here may be quoted as a finding.")
        lines += [f"> **{warning}**", ""]
    for title, parts in sections:
        lines += [f"## {title}", "", *(line for part in parts for line in (part, ""))]
    return "\n".join(lines).rstrip() + "\n"


def _asked(release: Release, language: str) -> list[str]:
    _ = translator(language)
    if release.sample == "probability":
        drawn = _(
            "A probability sample: people were drawn at random from a list or from places, with known chances, and "
            "invited. Intervals tell what the luck of that draw may have done."
        )
    else:
        drawn = _(
            "Not a probability sample: all or some of those who answered chose to come and were drawn by nobody. A "
            "margin of sampling error cannot be given for such a sample (AAPOR). The intervals rest on a model: that "
            "within an area, sex and age those who came are like those who did not."
        )
    spoken = sorted({language_ for card in release.indicators for language_ in card.question})
    names = joined([NATIVE_NAMES.get(code, code) for code in spoken], language)
    waves = "\n".join(f"- {_wave(wave, language)}" for wave in release.waves)
    return [
        drawn,
        _("The questionnaire is in: %(languages)s. Waves and interviews that count:", languages=names),
        waves,
        _(
            "An interview that came faster than anybody reads is set aside; one whose answers are all alike down a "
            "battery is kept and counted in the quality report."
        ),
    ]


def _wave(wave: Wave, language: str) -> str:
    _ = translator(language)
    modes = [
        _("%(mode)s %(n)s", mode=mode_name(mode, language), n=number(n, language))
        for mode, n in sorted(wave.modes.items())
    ]
    return _(
        "%(wave)s, %(opens)s to %(closes)s: %(n)s interviews (%(modes)s)",
        wave=fenced(wave.id, language),
        opens=day(wave.opens, language),
        closes=day(wave.closes, language),
        n=number(wave.n, language),
        modes=joined(modes, language),
    )


def _counted(release: Release, language: str) -> list[str]:
    _ = translator(language)
    cards = release.indicators
    unknown = [card for card in cards if any(a.missing == "dont_know" and a.based for a in card.answers)]
    refused = [card for card in cards if any(a.missing == "refused" and a.based for a in card.answers)]
    told = {
        "n": number(len(cards), language),
        "headline": number(sum(card.headline for card in cards), language),
        "sensitive": number(sum(card.sensitive for card in cards), language),
        "unknown": number(len(unknown), language),
        "refused": number(len(refused), language),
        "some": number(sum(bool(card.filter) for card in cards), language),
        "registered": number(sum(bool(card.registered) for card in cards), language),
    }
    found = [
        _(
            "Indicators: %(n)s, of which %(headline)s are headlines. Each is the share of its base that gave certain "
            "answers; question, answers, base and source stand beside it. Definitions registered before the data "
            "were seen: %(registered)s.",
            **told,
        ),
        _(
            "“I don’t know”, “I prefer not to answer” and not being asked are three different things. “I don’t know” "
            "stays in the base of %(unknown)s indicators, as their source has it, and is left out of the others. A "
            "refusal stays in the base of %(refused)s. Who was not asked is in no base; %(some)s indicators are of "
            "some people only, such as those who had to do with the police.",
            **told,
        ),
    ]
    if any(card.sensitive for card in cards):
        found.append(_("Sensitive questions (%(sensitive)s indicators) never travel as text messages.", **told))
    return found


def _weights(release: Release, language: str) -> list[str]:
    _ = translator(language)
    given = release.parameters
    if given.get("weights", "given") == "given":
        return [_("The weights came with the data; this release did not change them.")]
    found = [
        _(
            "Within each wave the answers are weighted so that area, and sex by age, agree with the census (raking). "
            "Who did not say area, sex or age is placed by the census for weighting alone."
        )
    ]
    if isinstance(effect := given.get("kish_effect"), int | float):
        found.append(
            _(
                "Unequal weights make figures less sure: the largest effect of a wave on the variance is a factor of "
                "%(effect)s (Kish).",
                effect=number(effect, language, 2),
            )
        )
    if isinstance(error := given.get("margin_error"), int | float):
        found.append(
            _("After weighting, no margin is further from the census than %(error)s of itself.", error=told)
            if (told := percent(error, language)) != percent(0, language)
            else _("After weighting, every margin agrees with the census to less than one per cent.")
        )
    return found


def _estimates(release: Release, language: str) -> list[str]:
    _ = translator(language)
    level = _level(release)
    return [
        _(
            "A figure is the weighted share. Its error follows the way in which people were drawn: strata, places, "
            "weights and the agreement with the census (Taylor linearisation of calibrated weights). A group is "
            "always estimated within the whole sample, never cut out of it."
        ),
        _(
            "Intervals of shares are of Korn and Graubard, at %(level)s; those of differences are by t. Of many such "
            "surveys, about %(level)s would have an interval that holds the true figure. That speaks of sampling "
            "alone: not of a question that was misunderstood, nor of people who could not be reached.",
            level=percent(level, language),
        ),
        _(
            "A share is rounded as its error allows, to between %(finest)s and %(coarsest)s percentage points, and the "
            "ends of its interval outwards. Standard errors keep two figures.",
            finest=number(FINEST * 100, language, 1),
            coarsest=number(COARSEST * 100, language),
        ),
    ]


def _unsure(release: Release, language: str) -> list[str]:
    _ = translator(language)
    name = str(release.parameters.get("rule_set", ""))
    return [
        rule_words(name, language),
        _("The rules are `%(rule_set)s`, the same for every figure.", rule_set=name),
    ]


def _protected(release: Release, language: str) -> list[str]:
    _ = translator(language)
    given = release.parameters
    k = number(float(given.get("k", 0)), language)
    found = [
        _(
            "A figure is withheld with fewer than %(k)s answers; and where somebody’s answer could follow from it: "
            "those who said so, and those who did not, must each weigh at least as much as the %(heaviest)s heaviest "
            "people together. So no share of nobody or of everybody is shown.",
            k=k,
            heaviest=number(HEAVIEST, language),
        )
    ]
    if given.get("area_population") or given.get("area_respondents"):
        found.append(
            _(
                "An area has figures only with at least %(people)s inhabitants, where their number is known, and "
                "%(answers)s respondents in the wave.",
                people=number(float(given.get("area_population", 0)), language),
                answers=number(float(given.get("area_respondents", 0)), language),
            )
        )
    return [
        *found,
        _(
            "With a figure that is withheld go as many others as are needed so that it cannot be worked out from sums: "
            "sexes and their total, areas and the areas that hold them, single waves and pooled ones. What earlier "
            "releases told is counted in. All that is withheld for people’s sake has one and the same reason, since to "
            "say which was first would tell something of it."
        ),
        _(
            "The cells are declared in the instrument, not chosen by their results: by %(tables)s. For women and men "
            "of an area the number of answers is a band, from %(least)s, %(next)s, %(third)s up.",
            tables=joined([_table(name, language) for name in str(given.get("tables", "")).split()], language),
            least=number(0, language),
            next=number(BANDS[0], language),
            third=number(BANDS[1], language),
        ),
        _(
            "Before a release is written, it is worked out how closely each withheld figure could be had from all that "
            "is published. Its number of answers must stay open by at least %(k)s, and its share by as many answers; "
            "else there is no release.",
            k=k,
        ),
    ]


def _compared(release: Release, language: str) -> list[str]:
    _ = translator(language)
    spans = [int(span) for span in str(release.parameters.get("spans", "1")).split()]
    pooled = [number(span, language) for span in spans if span > 1]
    found = []
    if pooled:
        found.append(
            _(
                "Some figures pool waves (%(spans)s in a row), for small areas: they are surer, and say what was so on "
                "average over that time. Windows that share a wave share answers and are never compared.",
                spans=joined(pooled, language),
            )
        )
    return [
        *found,
        _(
            "Differences are women minus men, since the wave before, and since about a year before. One is called "
            "more than chance explains where its interval does not hold zero. Of differences that are not there, "
            "about one in %(many)s will look so; who looks at many must expect some. Overlapping intervals of two "
            "figures do not tell that they are alike.",
            many=number(round(1 / (1 - _level(release))), language),
        ),
        _(
            "Areas are never ranked one by one: those that cannot be told apart have no order. Waves whose modes or "
            "words differ may differ for that reason."
        ),
        *([_together(language)] if release.drivers else []),
    ]


def _together(language: str) -> str:
    _ = translator(language)
    return _(
        "What goes together with the first headline figure comes from a logistic model with errors by the design of "
        "the sample: of two people of one sex, age, area and wave who otherwise answered alike, how much more often "
        "the one who says this is counted. It tells no cause."
    )


def _signs(language: str) -> list[str]:
    _ = translator(language)
    signs = (
        _("A lock, in files `confidential` or c: withheld to protect people, for its own sake or another’s."),
        _("A colon (:), in files `unreliable`: withheld, since it is too unsure to say anything."),
        _("Two points (..), in files `unavailable`: there is no figure, or its error cannot be estimated."),
    )
    return ["\n".join(f"- {sign}" for sign in signs), _("The first two are never mixed, and neither has a number.")]


def _limits(release: Release, language: str) -> list[str]:
    _ = translator(language)
    found = [
        _(
            "They say what residents report and think, not what the police did. A rise in reports can be a rise in "
            "trust. Who has no telephone, does not read the languages above, or fears to answer is heard less; "
            "weights mend that only as far as such people are like others of their area, sex and age."
        )
    ]
    if release.sample != "probability":
        found.append(
            _(
                "Since nobody was drawn at random, no interval here is a margin of sampling error, and none must be "
                "quoted as one."
            )
        )
    if release.tombstones:
        found.append(
            _(
                "Indicators that were withdrawn or defined anew since an earlier release: %(n)s; each is named with "
                "its reason.",
                n=number(len(release.tombstones), language),
            )
        )
    return found


def _checked(release: Release, language: str) -> list[str]:
    _ = translator(language)
    return [
        _(
            "Made on %(day)s by %(software)s, with seed %(seed)s, from questionnaires: %(versions)s.",
            day=day(release.created, language),
            software=fenced(release.software, language),
            seed=str(release.parameters.get("seed", "")),
            versions=joined([f"`{version[:12]}`" for version in release.questionnaires], language),
        ),
        _(
            "The manifest holds a SHA-256 checksum of every file, and the release is named after the manifest’s own: "
            "`thiqa release verify` compares them. The same answers, instrument and parameters give the same bytes on "
            "any machine; who holds the answers builds them again with `thiqa release build`."
        ),
    ]


def _level(release: Release) -> float:
    return float(release.parameters.get("level", 0.95))


def _table(name: str, language: str) -> str:
    _ = translator(language)
    names = {"sex": _("sex"), "area": _("area at each level"), "area_sex": _("women and men of each area")}
    return names.get(name, name)
