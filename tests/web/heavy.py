"""A questionnaire with a heavy module, a question and a page of two, between light ones; and a file of information."""

from pathlib import Path

from survey_app.engine import Choice, Group, Item, Kind, Questionnaire, checked

AREAS = ("06.141.01.01", "06.141.01.53")
CODES = ("yes", "no")


def words(text: str) -> dict[str, str]:
    return {language: f"{text} ({language})" for language in ("ar", "fr", "en")}


def _choices(codes: tuple[str, ...]) -> tuple[Choice, ...]:
    return tuple(Choice(code, words(code)) for code in codes)


def _asked(name: str, *groups: str, page: str = "") -> Item:
    return Item(name, Kind.SINGLE, words(name), choices=_choices(CODES), groups=groups, page=page)


HEAVY = checked(
    Questionnaire(
        "heavy",
        words("A survey"),
        ("ar", "fr", "en"),
        (
            Item("area", Kind.AREA, words("area"), choices=_choices(AREAS), area_level="arrondissement"),
            _asked("light", "opinions"),
            _asked("force", "conduct", "inner"),
            _asked("threat", "conduct", "both", page="both"),
            _asked("insult", "conduct", "both", page="both"),
            _asked("school"),
        ),
        (Group("opinions"), Group("conduct", help=True), Group("inner"), Group("both")),
    )
)

INFORMATION = """
[sponsor]
name = {ar = "جهة طالبة", fr = "Le commanditaire X", en = "The sponsor X"}
[custodian]
name = {ar = "جهة حافظة", fr = "Le dépositaire X", en = "The custodian X"}
[office]
name = {ar = "مكتب", fr = "Bureau X", en = "Office X"}
telephone = "+212 800 00-00-11"
[ethics]
name = {ar = "لجنة", fr = "Comité X", en = "Committee X"}
reference = "REF-17"
[retention]
ar = "تُحفظ سنة."
fr = "Gardées un an."
en = "Kept for a year."
[[contact]]
kind = "complaints"
name = {ar = "شكاوى", fr = "Plaintes X", en = "Complaints X"}
web = "www.complaints.example"
[[contact]]
kind = "help"
name = {ar = "عون", fr = "Aide X", en = "Help X"}
telephone = "0800 000 012"
hours = {ar = "صباحا", fr = "Le matin", en = "Mornings"}
[[contact]]
kind = "help"
name = {ar = "عون الحي", fr = "Aide Y", en = "Help Y"}
telephone = "0800 000 013"
areas = ["06.141.01.53"]
[[contact]]
kind = "help"
name = {ar = "عون آخر", fr = "Aide Z", en = "Help Z"}
telephone = "0800 000 014"
areas = ["06.141.01.01", "06.141.01.03"]
[[contact]]
kind = "emergency"
name = {ar = "نجدة", fr = "Secours X", en = "Rescue X"}
telephone = "15"
"""


def information_file(folder: Path, text: str = INFORMATION) -> Path:
    """A file of information in a folder."""
    file = folder / "information.toml"
    file.write_text(text, encoding="utf-8")
    return file
