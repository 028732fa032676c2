"""ddi.xml: the survey and its questions in DDI-Codebook 2.5, as data archives and national offices catalogue them.

It describes the survey and the questions behind the figures, and no answers of anybody: there is no file of them.
Elements and their order: DDI Alliance, DDI-Codebook 2.5, codebook.xsd of 2012-01-17.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import groupby
from xml.etree import ElementTree

from analytics.release.content import AnswerCard, IndicatorCard, Release, Text
from analytics.release_words import mode as mode_name
from translations.languages import LANGUAGES, joined, translator

from . import words
from .data_package import LICENCE
from .periods import in_time

NAMESPACE = "ddi:codebook:2_5"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2


def codebook(release: Release, figures_csv: bytes, rows: int) -> bytes:
    """The codebook of a release whose figures.csv has these bytes and so many rows."""
    root = ElementTree.Element("codeBook", {"xmlns": NAMESPACE, "version": "2.5", _LANG: "en"})
    document = _under(_under(root, "docDscr"), "citation")
    _title(document, release, {language: _sayings(language)["description"] for language in LANGUAGES})
    _text(_under(document, "prodStmt"), "prodDate", release.created, date=release.created)
    study = _under(root, "stdyDscr")
    _citation(study, release)
    _scope(study, release)
    _method(study, release)
    _access(study)
    _file(root, figures_csv, rows)
    variables = _under(root, "dataDscr")
    for name, cards in groupby(sorted(release.indicators, key=_item), key=_item):
        _variable(variables, name, list(cards))
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)) + b"\n"


def _citation(study: ElementTree.Element, release: Release) -> None:
    citation = _under(study, "citation")
    _title(citation, release)
    production = _under(citation, "prodStmt")
    _text(production, "prodDate", release.created, date=release.created)
    _text(production, "software", release.software)
    _text(_under(citation, "distStmt"), "distDate", release.created, date=release.created)
    _text(_under(citation, "verStmt"), "version", release.created, date=release.created)
    if release.synthetic:
        _said(citation, "notes", "synthetic")


def _scope(study: ElementTree.Element, release: Release) -> None:
    scope = _under(study, "stdyInfo")
    subject = _under(scope, "subject")
    for card in release.indicators:
        _texts(subject, "keyword", card.name)
    for language in LANGUAGES:
        listed = joined((card.name.get(language, "") for card in release.indicators), language)
        _text(scope, "abstract", f"{release.survey.get(language, '')}: {listed}", **{_LANG: language})
    summary = _under(scope, "sumDscr")
    for element in ("timePrd", "collDate"):
        for wave in in_time(release.waves):
            for event, day in (("start", wave.opens), ("end", wave.closes)):
                _text(summary, element, day, date=day, event=event, cycle=wave.id)
    for area in release.areas:
        if area.parent is None:
            _texts(summary, "geogCover", area.name)
    for level in dict.fromkeys(area.level for area in release.areas):
        _text(summary, "geogUnit", level)
    _said(summary, "anlyUnit", "person")
    for base in dict.fromkeys(tuple(sorted(card.base.items())) for card in release.indicators):
        _texts(summary, "universe", dict(base))
    _said(summary, "dataKind", "kind")


def _method(study: ElementTree.Element, release: Release) -> None:
    method = _under(study, "method")
    collection = _under(method, "dataColl")
    _said(collection, "timeMeth", "time")
    _texts(collection, "sampProc", {language: words.sample(release, language) for language in LANGUAGES})
    for mode in sorted({mode for wave in release.waves for mode in wave.modes}):
        _texts(collection, "collMode", {language: mode_name(mode, language) for language in LANGUAGES})
    _text(collection, "weight", str(release.parameters.get("weights", "not stated")))
    for wave in in_time(release.waves):
        _text(collection, "cleanOps", f"{wave.id}: {wave.hurried} interviews set aside for having come too fast")
    _texts(method, "notes", release.method)
    analysis = _under(method, "anlyInfo")
    error = ", ".join(f"{name}: {value}" for name, value in sorted(release.parameters.items()))
    _text(analysis, "EstSmpErr", f"Every figure has its standard error and 95 % interval. {error}")
    for wave in in_time(release.waves):
        alike = f"{wave.id}: {wave.n} interviews, {wave.straight} of them all alike in a series of questions"
        _text(analysis, "dataAppr", alike)


def _access(study: ElementTree.Element) -> None:
    access = _under(study, "dataAccs")
    use = _under(access, "useStmt")
    conditions = "The figures are open data; the answers of persons are not published."
    _text(use, "conditions", f"{LICENCE['title']}, {LICENCE['path']}. {conditions}")


def _file(root: ElementTree.Element, content: bytes, rows: int) -> None:
    described = _under(_under(root, "fileDscr", ID="figures", URI="figures.csv"), "fileTxt")
    _text(described, "fileName", "figures.csv")
    _text(described, "fileCont", "A row a figure: see datapackage.json for its columns.")
    size = _under(described, "dimensns")
    _text(size, "caseQnty", str(rows))
    _text(size, "varQnty", str(content.split(b"\r\n", 1)[0].count(b",") + 1))
    _text(described, "fileType", "text/csv", charset="UTF-8")


def _variable(parent: ElementTree.Element, name: str, cards: list[IndicatorCard]) -> None:
    first = cards[0]
    variable = _under(parent, "var", ID=f"V_{_ident(name)}", name=name, intrvl="discrete", representationType="code")
    _texts(variable, "labl", first.name)
    question = _under(variable, "qstn")
    _texts(question, "qstnLit", first.question)
    for base in dict.fromkeys(tuple(sorted(card.base.items())) for card in cards):
        _texts(variable, "universe", dict(base))
    for card in cards:
        _texts(variable, "txt", card.definition)
    _categories(variable, first.answers)
    for card in cards:
        positive = " ".join(answer.code for answer in card.answers if answer.positive)
        based = " ".join(answer.code for answer in card.answers if answer.based)
        _text(variable, "codInstr", f"{card.id}: positive {positive or '-'}; base {based or '-'}")
    _text(variable, "notes", first.source)


def _categories(variable: ElementTree.Element, answers: Iterable[AnswerCard]) -> None:
    for answer in answers:
        missing = {"missing": "Y", "missType": answer.missing} if answer.missing else {"missing": "N"}
        category = _under(variable, "catgry", **missing)
        _text(category, "catValu", answer.code)
        _texts(category, "labl", answer.label)


def _title(citation: ElementTree.Element, release: Release, prefix: Mapping[str, str] | None = None) -> None:
    """One title, and the same in the other languages beside it."""
    stated = _under(citation, "titlStmt")
    texts = {language: release.survey[language] for language in LANGUAGES if release.survey.get(language)}
    for at, language in enumerate(sorted(texts, key=lambda language: language != "en")):
        text = f"{prefix[language]}: {texts[language]}" if prefix else texts[language]
        _text(stated, "parTitl" if at else "titl", text, **{_LANG: language})


def _sayings(language: str) -> Mapping[str, str]:
    _ = translator(language)
    return {
        "description": _("Description of the survey"),
        "synthetic": _("Synthetic data: no resident was asked"),
        "person": _("a person"),
        "kind": _("survey data, published as aggregates"),
        "time": _("repeated cross-sections: other people in every wave"),
    }


def _said(parent: ElementTree.Element, name: str, saying: str) -> None:
    _texts(parent, name, {language: _sayings(language)[saying] for language in LANGUAGES})


def _item(card: IndicatorCard) -> str:
    return card.item or card.id


def _ident(text: str) -> str:
    """A name that XML allows; different texts get different ones."""
    return "".join(letter if letter.isascii() and letter.isalnum() else f"_{ord(letter):x}." for letter in text)


def _under(parent: ElementTree.Element, name: str, /, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, name, {key: _clean(value) for key, value in attributes.items()})


def _text(parent: ElementTree.Element, name: str, text: str, /, **attributes: str) -> None:
    if text:
        _under(parent, name, **attributes).text = _clean(text)


def _texts(parent: ElementTree.Element, name: str, text: Text) -> None:
    for language in LANGUAGES:
        _text(parent, name, text.get(language, ""), **{_LANG: language})


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
