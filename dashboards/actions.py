""" "You said, we did": what may be written, how it is cleaned, and the file by which residents come to see it.

A text is plain text of any language: nothing in it is markup, and no character in it is unseen or turns others round.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from dashboards.scene import Action
from translations.languages import LANGUAGES, number, translator

LONGEST = 600
FILE = "actions.json"
FORMAT = 1
MOST_MARKS = 4
LINE_ENDS = "\n\r\u2028\u2029\x0b\x0c\x85"
_CODE = re.compile(r"[A-Za-z0-9_.\-]{1,40}")


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer wrote: about which area and figure, what was said and what was done, by language."""

    area: str
    indicator: str
    wave: str
    said: Mapping[str, str]
    done: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a field of a form."""

    field: str
    code: str


def cleaned(text: str) -> str:
    """Plain text in composed letters, without control, bidi, invisible or unassigned characters and piled-up marks.

    Lines stay, with one empty one between paragraphs at most; other white space is one space.
    """
    kept: list[str] = []
    marks = 0
    for letter in unicodedata.normalize("NFC", text.replace("\r\n", "\n")):
        kind = unicodedata.category(letter)
        if letter in LINE_ENDS:
            kept.append("\n")
        elif letter == "\t" or kind == "Zs":
            kept.append(letter if letter in "\u00a0\u202f" else " ")
        elif kind.startswith("C"):
            continue
        elif kind in ("Mn", "Me"):
            marks += 1
            kept += [letter] if marks <= MOST_MARKS else []
            continue
        else:
            kept.append(letter)
        marks = 0
    plain = unicodedata.normalize("NFC", "".join(kept))
    lines = [re.sub(r" {2,}", " ", line).strip() for line in plain.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def drafted(form: Mapping[str, str]) -> Draft:
    """What a form holds, cleaned; languages left empty are absent. A text that is far too long is cut to be refused."""

    def texts(name: str) -> dict[str, str]:
        found = {code: cleaned(form.get(f"{name}_{code}", "")[: 4 * LONGEST]) for code in LANGUAGES}
        return {code: text for code, text in found.items() if text}

    area, indicator, wave = (form.get(name, "") for name in ("area", "indicator", "wave"))
    return Draft(area, indicator, wave, texts("said"), texts("done"))


def faults(
    draft: Draft, areas: Collection[str], indicators: Collection[str], waves: Collection[str]
) -> tuple[Fault, ...]:
    """What keeps a draft from being kept: a place or figure that is not among these, or texts that are not whole."""
    found = [
        Fault(name, "unknown")
        for name, value, known in (
            ("area", draft.area, areas),
            ("indicator", draft.indicator, indicators),
            ("wave", draft.wave, waves),
        )
        if value not in known or not _CODE.fullmatch(value)
    ]
    for name, texts, others in (("said", draft.said, draft.done), ("done", draft.done, draft.said)):
        for code in LANGUAGES:
            if len(texts.get(code, "")) > LONGEST:
                found.append(Fault(f"{name}_{code}", "long"))
            elif code in others and code not in texts:
                found.append(Fault(f"{name}_{code}", "half"))
    if not draft.said and not draft.done:
        found.append(Fault(f"said_{LANGUAGES[0]}", "empty"))
    return tuple(found)


def sentence(fault: Fault, language: str) -> str:
    """What is wrong and what to do."""
    _ = translator(language)
    return {
        "unknown": _("Choose one of the list."),
        "long": _("Shorten this text to %(most)s characters.", most=number(LONGEST, language)),
        "half": _("Write this part too: in each language both what was said and what was done."),
        "empty": _("Write what was said and what was done, in one language at least."),
    }[fault.code]


def encoded(actions: Iterable[Action]) -> bytes:
    """The file that residents' pages are made from: those that are published, without who wrote them."""
    rows = [
        {
            "number": action.number,
            "area": action.area,
            "indicator": action.indicator,
            "wave": action.wave,
            "said": dict(action.said),
            "done": dict(action.done),
            "day": action.day,
        }
        for action in actions
        if action.published
    ]
    return json.dumps({"format": FORMAT, "actions": rows}, ensure_ascii=False, indent=1, sort_keys=True).encode()


def decoded(content: bytes) -> tuple[Action, ...]:
    """The actions of such a file, each text cleaned again; what is not one is left out. Raises ValueError for another
    kind of file."""
    try:
        read = json.loads(content)
    except (UnicodeDecodeError, RecursionError) as error:
        raise ValueError("no file of actions") from error
    if not isinstance(read, dict) or read.get("format") != FORMAT or not isinstance(read.get("actions"), list):
        raise ValueError("no file of actions")
    return tuple(found for row in read["actions"] if (found := _action(row)) is not None)


def _action(row: object) -> Action | None:
    if not isinstance(row, dict):
        return None
    said, done = _texts(row.get("said")), _texts(row.get("done"))
    codes = [row.get(name) for name in ("area", "indicator", "wave", "day")]
    if not (said and done and isinstance(row.get("number"), int)):
        return None
    if not all(isinstance(code, str) and _CODE.fullmatch(code) for code in codes):
        return None
    area, indicator, wave, day = (str(code) for code in codes)
    return Action(int(row["number"]), area, indicator, said, done, day, published=True, wave=wave)


def _texts(found: object) -> dict[str, str]:
    if not isinstance(found, dict):
        return {}
    texts = {code: cleaned(found[code][:LONGEST]) for code in LANGUAGES if isinstance(found.get(code), str)}
    return {code: text for code, text in texts.items() if text}
