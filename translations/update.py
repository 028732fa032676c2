"""Brings the three catalogues up to date with the code: `python -m translations.update`.

New messages come in untranslated, and a test fails until someone translates them; messages that are gone go. English
is the language of the messages themselves and fills itself in. Headers are fixed here, dates and names are not kept,
so that the files change only when the words do.
"""

import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from .languages import CATALOGUES, LANGUAGES

ROOMS = ("survey_app", "sms", "analytics", "dashboards", "deploy")
KEYWORDS = {**DEFAULT_KEYWORDS, "_n": (1, 2)}
# CLDR's six Arabic forms in GNU's order: zero, one, two, few, many, other. Babel's own header swaps the last two.
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    "fr": "nplurals=2; plural=(n > 1);",
    "en": "nplurals=2; plural=(n != 1);",
}
Key = str | tuple[str, ...]


def file_of(language: str) -> Path:
    """The catalogue's file."""
    return CATALOGUES / language / "LC_MESSAGES" / "messages.po"


def said() -> set[Key]:
    """Every message in the code and the templates: a text, or singular and plural."""
    with (CATALOGUES / "babel.cfg").open(encoding="utf-8") as config:
        methods, options = parse_mapping_cfg(config)  # type: ignore[no-untyped-call]  # Babel leaves it untyped
    found: set[Key] = set()
    for room in ROOMS:
        folder = CATALOGUES.parent / room
        local = [(pattern.removeprefix(f"{room}/"), method) for pattern, method in methods if pattern.startswith(room)]
        for _, _, message, _, _ in extract_from_dir(str(folder), local, options, KEYWORDS):
            found.add(message if isinstance(message, str) else tuple(message[:2]))
    return found - {""}


def messages(language: str) -> dict[Key, Message]:
    """The catalogue's messages by what they are in the code."""
    path = file_of(language)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        found = list(read_po(file, locale=language))
    return {key(message): message for message in found if message.id}


def key(message: Message) -> Key:
    """What a message is in the code."""
    return message.id if isinstance(message.id, str) else tuple(message.id)


def forms(message: Message) -> tuple[str, ...]:
    """Its translations: one, or one for each plural form."""
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


def render(language: str, translations: dict[Key, tuple[str, ...]]) -> str:
    """The catalogue as text, sorted by message."""
    count = int(re.findall(r"\d+", PLURALS[language])[0])
    catalogue = Catalog(locale=language, fuzzy=False)
    for found in sorted(translations, key=str):
        empty = ("",) * (1 if isinstance(found, str) else count)
        strings = translations[found] or empty
        catalogue.add(found, strings[0] if isinstance(found, str) else strings)
    body = io.BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True)
    header = ("Language: " + language, "Content-Type: text/plain; charset=utf-8", "Plural-Forms: " + PLURALS[language])
    return 'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in header) + "\n" + body.getvalue().decode()


def main() -> None:
    """Write the three catalogues."""
    wanted = said()
    for language in LANGUAGES:
        known = {found: forms(message) for found, message in messages(language).items()}
        if language == "en":
            known = {found: (found,) if isinstance(found, str) else found for found in wanted}
        content = render(language, {found: known.get(found, ()) for found in wanted})
        file_of(language).parent.mkdir(parents=True, exist_ok=True)
        file_of(language).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
