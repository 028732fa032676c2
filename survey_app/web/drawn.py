"""Pages that are drawn once: a question with nothing typed and nothing of earlier answers on it is the same for all.

Only the form token differs, and is put in at the end. What is kept is a page of the questionnaire, with a choice ticked
or not; never a word that somebody wrote, nor whose page it was.
"""

import secrets
from collections.abc import Callable, Hashable
from functools import lru_cache

from ..engine import Item, Questionnaire
from . import fields
from .desk import desk, language
from .screen import Screen

MOST = 1_000  # pages of about 5 kB in one process
_TOKEN = secrets.token_hex(32)  # as long as a real one, and in no questionnaire
_ALIKE = ("options", "scale", "note")


def drawn(form: Questionnaire, shown: Screen, csrf: str, draw: Callable[[str], str]) -> str:
    """The page, drawn by `draw` with a form token, or one that was drawn before with this one's token in it."""
    key = _key(form, shown)
    if key is None:
        return draw(csrf)
    kept = desk().drawn
    page = kept.get(key)
    if page is None:
        if len(kept) >= MOST:
            kept.clear()
        page = kept[key] = draw(_TOKEN)
    return page.replace(_TOKEN, csrf)


def _key(form: Questionnaire, shown: Screen) -> Hashable | None:
    """What the page follows from; None where something on it is one person's own."""
    if len(shown.fields) != 1:
        return None
    (field,) = shown.fields
    if field.widget not in _ALIKE or field.fault or _pipes(form, field.item.name):
        return None
    codes = tuple(choice.code for choice in field.choices)
    held, contacts = field.values.get(fields.ANSWER), tuple(map(id, shown.contacts))
    return form.version, language(), field.item.name, codes, held, shown.place, shown.previous, shown.module, contacts


@lru_cache(maxsize=20_000)
def _pipes(form: Questionnaire, name: str) -> bool:
    """Whether an earlier answer may stand in a text of this item or of the groups around it."""
    item: Item = form.by_name[name]
    texts = [item.label, item.hint, item.stem, item.low_label, item.high_label]
    texts += [choice.label for choice in item.choices]
    texts += [group.label for group in form.groups if group.name in (*item.groups, item.page)]
    return any("{" in said for text in texts for said in text.values())
