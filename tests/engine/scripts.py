"""Conversations as files: the moves of one person, told as codes, and the same moves as texts in each language.

A file holds `form` (a document of the engine, or the name of one in the folder `forms`), `seed`, `moves` and what comes
of them: the `events` of each move and the canonical `answers`. A move is {"answer": stored value}, {"back": true} or
{"complete": true}; `typed` holds by language what somebody might really write for that answer.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_app.engine import (
    Answer,
    Choice,
    Interview,
    Item,
    Kind,
    Missing,
    Mode,
    Questionnaire,
    Status,
    Step,
    answer,
    back,
    begin,
    canonical,
    complete,
    current,
    decode,
    from_document,
    offered_choices,
    understand,
)
from survey_app.engine.answers import codes_of, joined

FOLDER = Path(__file__).parent / "conversations"
FILES = sorted(FOLDER.glob("*.json"))
LANGUAGES = ("ar", "fr", "en")
TEXT_STYLES = ("numbers", "arabic digits", "words", "typed")
ARABIC_INDIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
MISSING_IN_WORDS = {
    Missing.DONT_KNOW: {"ar": "لا أدري", "fr": "Je ne sais pas.", "en": "DON'T KNOW"},
    Missing.REFUSED: {"ar": "أفضل عدم الإجابة", "fr": "pas de reponse", "en": "Prefer not to answer"},
    Missing.NOT_APPLICABLE: {"ar": "لا ينطبق", "fr": "non concerné", "en": "does not apply"},
}


@dataclass(frozen=True)
class Script:
    """One file, read."""

    path: Path
    content: dict[str, Any]

    @property
    def form(self) -> Questionnaire:
        """The questionnaire."""
        form = self.content["form"]
        return from_document(json.loads((FOLDER / "forms" / form).read_text()) if isinstance(form, str) else form)

    @property
    def seed(self) -> int:
        """What decides orders and arms."""
        return int(self.content.get("seed", 0))

    @property
    def answers(self) -> bytes | None:
        """The canonical bytes at the end, or None if nothing is kept."""
        found = self.content["answers"]
        return found and json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def scripts() -> list[Script]:
    """Every file."""
    return [Script(path, json.loads(path.read_text())) for path in FILES]


def play(script: Script, language: str, style: str | None) -> tuple[list[list[str]], bytes | None]:
    """The moves, by codes on the web (no style) or by text: the events of each, and the canonical bytes at the end."""
    form = script.form
    interview = begin(form, Mode.SMS if style else Mode.WEB, language, script.seed).interview
    events = []
    for move in script.content["moves"]:
        step = made(form, interview, move, style)
        interview = step.interview
        events.append([_told(event) for event in step.events])
    return events, canonical(form, interview) if interview.status is Status.COMPLETED else None


def made(form: Questionnaire, interview: Interview, move: dict[str, Any], style: str | None) -> Step:
    """What comes of one move."""
    if "back" in move:
        return back(form, interview)
    if "complete" in move:
        return complete(form, interview)
    item, value = current(form, interview), decode(move["answer"])
    assert item is not None, move
    if style is None or value is None:
        return answer(form, interview, list(value) if isinstance(value, tuple) else value)
    choices = offered_choices(form, interview, item)
    text = texted(item, move, choices, interview.language, style)
    return answer(form, interview, understand(item, text, interview.language, choices))


def texted(item: Item, move: dict[str, Any], choices: tuple[Choice, ...], language: str, style: str) -> str:
    """The answer of a move as a text message in this style."""
    value = decode(move["answer"])
    if style == "typed" and language in move.get("typed", {}):
        return str(move["typed"][language])
    if isinstance(value, Missing):
        return MISSING_IN_WORDS[value][language]
    text = _in_options(value, choices, language, style) if choices else _in_figures(item, value, language)
    return text.translate(ARABIC_INDIC) if style == "arabic digits" and item.kind is not Kind.TEXT else text


def _in_options(value: Answer, choices: tuple[Choice, ...], language: str, style: str) -> str:
    codes = [choice.code for choice in choices]
    if not set(codes_of(value)) <= set(codes):
        return str(value)
    if style == "words":
        return joined((choices[codes.index(code)].label[language] for code in codes_of(value)), language)
    return " ".join(str(codes.index(code) + 1) for code in codes_of(value))


def _in_figures(item: Item, value: Answer, language: str) -> str:
    if item.kind is Kind.DATE and isinstance(value, str):
        return "/".join(reversed(value.split("-")))
    if isinstance(value, float):
        return str(value).replace(".", {"ar": "٫", "fr": ",", "en": "."}[language])
    return str(value)


def _told(event: object) -> str:
    fields = [str(getattr(event, name)) for name in getattr(event, "__slots__", ())]
    return " ".join((type(event).__name__.lower(), *fields))


def written(content: dict[str, Any]) -> str:
    """The file as text: a line a move, so that a change reads well."""
    lines = []
    for key, value in content.items():
        if key == "moves":
            moves = ",\n".join("    " + json.dumps(move, ensure_ascii=False) for move in value)
            lines.append(f'  "moves": [\n{moves}\n  ]')
        elif key == "form" and isinstance(value, dict):
            items = ",\n".join("      " + json.dumps(item, ensure_ascii=False) for item in value["items"])
            head = "".join(
                f"    {json.dumps(name)}: {json.dumps(part, ensure_ascii=False)},\n"
                for name, part in value.items()
                if name != "items"
            )
            lines.append(f'  "form": {{\n{head}    "items": [\n{items}\n    ]\n  }}')
        else:
            lines.append(f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
