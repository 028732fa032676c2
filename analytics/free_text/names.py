"""Who is named: after titles and words for kin, by a list of names, and by capitals that no sentence asks for."""

import re
from dataclasses import dataclass
from functools import cached_property

from .given_names import ARABIC, LATIN, WORDS_TOO
from .normal import folded, mark
from .vocabulary import ALWAYS, BEFORE_NAMES, CERTAIN, KNOWN, ORDINARY, PARTICLES

LONGEST = 4  # words of one name
_WORD = re.compile(r"[^\W_]+(?:['’`-][^\W_]+)*")
_ELIDED = re.compile(r"^(?:[dlmnstjc]|qu)['’`]", re.IGNORECASE)
_SENTENCE = re.compile(r"[.!?:;؟…\n\"«»“”()•*-]")
_BESIDE = re.compile(r"[ -]{1,2}")
_AFTER_TITLE = re.compile(r"[ .:،,«\"'-]{1,3}")
_ARABIZI = str.maketrans({"7": "h", "9": "q", "5": "kh", "8": "gh", "2": "", "6": "t"})
_SURNAME_ENDS = (
    "aoui",
    "ouni",
    "ani",
    "iri",
    "idi",
    "oui",
    "ssi",
    "ari",
    "adi",
    "ili",
    "ouri",
    "sni",
    "chi",
    "mi",
    "li",
    "di",
)


@dataclass(frozen=True)
class _Word:
    """A word and what stands before it."""

    said: str
    start: int
    end: int
    gap: str

    @cached_property
    def core(self) -> str:
        """Without an article's or a preposition's elision, and without an English possessive."""
        return re.sub(r"['’`]s$", "", _ELIDED.sub("", self.said))

    @cached_property
    def forms(self) -> frozenset[str]:
        """What it may be in the lists: whole, its core, its parts, without an Arabic letter before it."""
        if self.said in ("على", "وعلى"):  # the preposition, which folds as Ali does
            return frozenset({"على"})
        found = {folded(self.said), folded(self.core)}
        for form in tuple(found):
            if form[:1] in "وفبلك" and len(form) > 3:
                found.add(form[1:])
            if form.startswith(("لل", "ولل")):
                found.add("ال" + form.removeprefix("و")[2:])
        return frozenset(found)

    @cached_property
    def titles(self) -> frozenset[str]:
        """The forms, and those without the article of Darija, as in lqayed."""
        return self.forms | {form[1:] for form in self.forms if form.startswith("l") and len(form) > 4}

    @cached_property
    def spellings(self) -> frozenset[str]:
        """The forms as names are written in Latin letters with digits, too."""
        found = set(self.titles)
        for form in self.titles:
            found |= set(form.split("-")) | {form.replace("-", "")}
            if any(char.isdigit() for char in form) and not form.isdigit():
                for three in ("a", ""):
                    found.add(form.translate(_ARABIZI).replace("3", three))
        return frozenset(found)

    @property
    def arabic(self) -> bool:
        return "\u0600" <= self.core[:1] <= "\u06ff"

    @property
    def capital(self) -> bool:
        return self.core[:1].isupper() and any(char.islower() for char in self.core)

    @property
    def begins(self) -> bool:
        """Whether a sentence may begin here."""
        return self.start == 0 or bool(_SENTENCE.search(self.gap)) or self.gap.strip(" ") == self.gap == ""


def unnamed(text: str) -> str:
    """The text (as normal.opened gives it) with every name removed that these rules find."""
    words = _words(text)
    gone = _Names(words, _shouted(text)).found()
    kept, done, at = [], 0, 0
    while at < len(words):
        if at not in gone:
            at += 1
            continue
        last = at
        while last + 1 in gone and _BESIDE.fullmatch(words[last + 1].gap):
            last += 1
        kept += [text[done : words[at].start], mark("name")]
        done, at = words[last].end, last + 1
    return "".join([*kept, text[done:]])


def _words(text: str) -> list[_Word]:
    found, done = [], 0
    for each in _WORD.finditer(text):
        found.append(_Word(each[0], each.start(), each.end(), text[done : each.start()]))
        done = each.end()
    return found


def _shouted(text: str) -> bool:
    """Whether most is in capitals, so that these say nothing."""
    letters = [char for char in text if char.islower() or char.isupper()]
    return sum(map(str.isupper, letters)) > len(letters) / 2


class _Names:
    """The places of names among the words of one text."""

    def __init__(self, words: list[_Word], shouted: bool) -> None:
        self.words, self.shouted, self.gone = words, shouted, set[int]()

    def found(self) -> set[int]:
        for at, word in enumerate(self.words):
            if at in self.gone:
                continue
            after = at + 1
            if word.titles & ALWAYS and self._follows(after) and not self._ordinary(after) and not self._place(at):
                self._take(after)
                self.gone |= {at} if word.forms & CERTAIN else set()
            elif word.titles & BEFORE_NAMES and self._follows(after) and self._named(after):
                self._take(after)
            elif self._listed(at) or self._compound(at) or self._capital(at):
                self._take(at)
        return self.gone

    def _take(self, first: int) -> None:
        self.gone.add(first)
        at = first + 1
        while at < min(len(self.words), first + LONGEST) and _BESIDE.fullmatch(self.words[at].gap):
            word = self.words[at]
            # A particle is part of the name if a word follows it that may be one.
            if word.forms & PARTICLES and at + 1 < len(self.words) and not self._ordinary(at + 1):
                self.gone |= {at, at + 1}
                at += 2
                continue
            servant = "عبد" in self.words[at - 1].forms
            if self._ordinary(at) or not (servant or self._in_list(at) or self._surname(word) or self._upper(word)):
                return
            self.gone.add(at)
            at += 1

    def _follows(self, at: int) -> bool:
        return at < len(self.words) and bool(_AFTER_TITLE.fullmatch(self.words[at].gap))

    def _place(self, at: int) -> bool:
        """Whether this is a quarter with a saint's name."""
        return bool(self.words[at].forms & {"sidi", "سيدي"} and self.words[at + 1].forms & KNOWN)

    def _ordinary(self, at: int) -> bool:
        word = self.words[at]
        return bool(word.forms & ORDINARY) or word.said.isdigit()

    def _named(self, at: int) -> bool:
        word = self.words[at]
        if self._ordinary(at) or word.forms & (BEFORE_NAMES | KNOWN):
            return False
        return self._in_list(at) or self._surname(word) or self._upper(word)

    def _in_list(self, at: int) -> bool:
        return bool(self.words[at].spellings & (LATIN | ARABIC | WORDS_TOO))

    def _listed(self, at: int) -> bool:
        word = self.words[at]
        if word.spellings & ((LATIN | ARABIC) - WORDS_TOO):
            return True
        if not word.spellings & WORDS_TOO:
            return False
        beside = [near for near in (at - 1, at + 1) if 0 <= near < len(self.words) and self._touches(at, near)]
        return (word.capital and not self.shouted) or any(
            near in self.gone
            or self.words[near].forms & CERTAIN
            or self.words[near].spellings & ((LATIN | ARABIC) - WORDS_TOO)
            for near in beside
        )

    def _touches(self, at: int, near: int) -> bool:
        return bool(_BESIDE.fullmatch(self.words[max(at, near)].gap))

    def _compound(self, at: int) -> bool:
        """Abd-something in either script, written as one word or two."""
        for form in self.words[at].spellings:
            if re.match(r"abde?[lrs]\w{4,}|عبدال\w{2,}|بن\w?عبد\w*|بوعبد\w+", form):
                return True
        after = at + 1
        if "عبد" in self.words[at].forms and self._follows(after) and "ال" in folded(self.words[after].said)[:2]:
            self.gone.add(at)
            return True
        return False

    def _capital(self, at: int) -> bool:
        """A capital within a sentence; or at its beginning, where a name with a capital follows."""
        word = self.words[at]
        if not self._upper(word) or word.forms & (ALWAYS | BEFORE_NAMES | PARTICLES | ORDINARY):
            return False
        if not word.begins:
            return True
        after = at + 1
        follows = after < len(self.words) and self._touches(at, after) and self._upper(self.words[after])
        return follows and not self.words[after].forms & (ALWAYS | BEFORE_NAMES | ORDINARY)

    def _upper(self, word: _Word) -> bool:
        return word.capital and not self.shouted and not word.spellings & KNOWN

    def _surname(self, word: _Word) -> bool:
        """Whether the word looks like a family name of the Maghreb."""
        if not word.arabic:
            form = folded(word.core)
            return len(form) >= 5 and form.endswith(_SURNAME_ENDS) and not form.endswith("ly")
        form = folded(word.said)
        article = form.startswith("ال") and form.endswith("ي") and len(form) >= 6
        return article or (len(form) >= 5 and (form.endswith("اوي") or form.startswith(("بو", "بن", "عبد"))))
