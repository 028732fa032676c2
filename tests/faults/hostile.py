"""A questionnaire whose every word is hostile, in three languages, and names at the edge of what is allowed."""

from survey_app.engine import Choice, Group, Item, Kind, Missing, Questionnaire, Text, checked, parse

LANGUAGES = ("ar", "fr", "en")
CORE = (
    "</title></h1></label></legend></fieldset></form></main><script>alert(1)</script><img src=x onerror=alert(1)>"
    "\"'` onfocus=alert(1) autofocus style=color:red --> {{7*7}} {% raw %} ${7*7 #{7*7} &lt;b&gt; &#60; "
    "javascript:alert(1)"
)
# The longest name that a form may hold, and one that a shell, a path or a template would take apart.
LONG = "n" * 64
ODD = "a.b-c_9"


def bad(where: str) -> Text:
    """A hostile text that says where it stands and in which language."""
    return {language: f"{where}.{language} {CORE} {where}/{language}" for language in LANGUAGES}


OFFERS = (Missing.DONT_KNOW, Missing.REFUSED)
CODES = ("1", "<b>", '"x', "a'b", "{{7}}")


def choices(where: str, codes: tuple[str, ...] = CODES) -> tuple[Choice, ...]:
    return tuple(Choice(code, bad(f"{where}-choice{at}")) for at, code in enumerate(codes))


def item(name: str, kind: Kind, **more: object) -> Item:
    return Item(name, kind, bad(f"{name}-label"), hint=bad(f"{name}-hint"), stem=bad(f"{name}-stem"), **more)  # type: ignore[arg-type]  # as the item takes them


HOSTILE = checked(
    Questionnaire(
        "hostile",
        bad("title"),
        LANGUAGES,
        (
            Item("note", Kind.NOTE, bad("note-label"), hint=bad("note-hint"), groups=("module",)),
            item(
                "one",
                Kind.SINGLE,
                choices=choices("one"),
                required=True,
                required_message=bad("one-required"),
                groups=("module",),
            ),
            item("some", Kind.MULTIPLE, choices=choices("some"), groups=("module",)),
            item("ranked", Kind.RANKING, choices=choices("ranked", ("x", "<y>"))),
            item("scale", Kind.SCALE, low_label=bad("scale-low"), high_label=bad("scale-high"), offers=OFFERS),
            item(
                LONG,
                Kind.INTEGER,
                constraint=parse(". < 5"),
                constraint_message=bad("long-constraint"),
                page="page",
                groups=("page",),
            ),
            item(ODD, Kind.TEXT, page="page", groups=("page",)),
            item("day", Kind.DATE, page="page", groups=("page",)),
            item("last", Kind.SINGLE, choices=choices("last"), required=True),
        ),
        (Group("module", bad("module")), Group("page", bad("page-group"))),
    )
)
