"""The words that steer a conversation, in Arabic, French, English and the dialects.

A word counts only when it is the whole message, politeness aside; never when a text merely contains it. A mistyped STOP
still stops.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from survey_app.engine.nearness import slips
from survey_app.engine.normalise import MISSING_WORDS, NUMBER_WORDS, fold, visible, whole_number


class Word(StrEnum):
    """What a person can ask for at any moment."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    BACK = "back"
    REPEAT = "repeat"
    SKIP = "skip"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class Command:
    """A word, and the language it shows or asks for, if it is one language's own."""

    word: Word
    language: str | None = None


# "" holds the words that are used whatever the language. What people mistype most is spelled out.
WORDS: dict[Word, dict[str, str]] = {
    Word.STOP: {
        "": "stop, stopp, stpo, sotp, stob, stops, stopall, baraka, barka, safi, hbes, 7bes, wa9ef, wqef, waqef, "
        "ma bghitch, mabghitch, ma bghitsh, mabghitsh, mabghitech, mabghit, ma bghit",
        "ar": "توقف, توقفوا, قف, أوقف, أوقفوا, وقف, وقفو, إيقاف, التوقف, إلغاء, إلغاء الاشتراك, إنهاء, "
        "بركا, باركا, بركة, صافي, كفى, حبس, حبسو, ستوب, سطوب, ما بغيتش, مابغيتش, ما بغيت, مابغيت, لا أريد",
        "fr": "arrêt, arrête, arrêter, arrêtez, arrêtez tout, aret, arete, fin, finir, annuler, annulez, désabonner, "
        "se désabonner, désabonnement, désinscrire, désinscription, je ne veux pas, je ne veux plus",
        "en": "unsubscribe, unsub, cancel, quit, end, opt out, optout, revoke, stop it, stop texting me, "
        "leave me alone",
    },
    Word.START: {
        "": "start, strat, satrt, unstop, thiqa, thika, tiqa, thiqua, tika, thiga",
        "ar": "ثقة, ثقا, تقة, ثيقة, الثقة, ابدأ, ابدؤوا, بدء, البدء, بداية, نبدا, استئناف",
        "fr": "confiance, confience, confience, confianse, commencer, commencez, comencer, démarrer, début, reprendre, "
        "participer, je participe",
        "en": "trust, trsut, turst, begin, resume, join",
    },
    Word.HELP: {
        "": "info, ?, ؟, 3awn",
        "ar": "مساعدة, المساعدة, مساعده, معلومات, ساعدوني, عاونوني",
        "fr": "aide, aidez moi, aidez, aid, infos, informations",
        "en": "help, hepl, halp, help me, information",
    },
    Word.BACK: {
        "": "rje3",
        "ar": "رجوع, الرجوع, رجع, ارجع, عودة, السابق, السؤال السابق",
        "fr": "retour, retoure, retuor, précédent, précédente, arrière, question précédente",
        "en": "back, bak, bakc, go back, previous, previous question",
    },
    Word.REPEAT: {
        "": "3awed",
        "ar": "تكرار, تكرر, إعادة, أعد, أعيدوا, كرر, عاود, عيد",
        "fr": "répéter, répétez, répète, repter, repeter la question, encore",
        "en": "repeat, repaet, repeate, again, question",
    },
    Word.SKIP: {
        "": "",
        "ar": "تخطي, تخط, تخطى, تجاوز, السؤال التالي",
        "fr": "passer, passez, passe, paser, sauter, suivant, suivante",
        "en": "skip, skipp, sikp, next",
    },
    # Alone it asks for the choice, whatever its own language.
    Word.LANGUAGE: {
        "": "lang, لغة, اللغة, لغا, تغيير اللغة, langue, langues, lange, langage, language, languages, "
        "languge, langauge"
    },
}
LANGUAGE_NAMES = {
    "ar": "العربية, عربية, عربي, بالعربية, ar, arabic, arabe, l'arabe, arabiya, en arabe, in arabic, 3arbiya",
    "fr": "français, francais, fr, french, en français, in french, الفرنسية, فرنسية, بالفرنسية, fransawiya",
    "en": "english, en, anglais, in english, en anglais, الإنجليزية, إنجليزية, بالإنجليزية",
}
_GREETINGS = {
    "ar": "salam, salam alaykum, salam alaikum, salamo alaykom, salamu alaykum, assalam alaykum, as salam, slm, ahlan, "
    "sbah lkhir, marhaba, labas",
    "fr": "bonjour, bonsoir, salut, bjr, bsr, coucou",
    "en": "hello, hi, hey, good morning, good evening, good afternoon",
}
_YES = (
    "yes, y, ok, okay, oui, o, d'accord, je participe, yes i take part, oui je participe, wakha, iyeh, n3am, "
    "نعم, أجل, ايه, اه, واخا, موافق, موافقة, نعم أشارك, نعم أوافق"
)
_NO = "no, n, non, nope, no thanks, لا, كلا, لا شكرا, لا أوافق, la"
_POLITE = (
    "please, pls, plz, thanks, thank you, merci, merci beaucoup, svp, stp, s'il vous plaît, s'il te plaît, "
    "sil vous plait, 3afak, chokran, من فضلك, من فضلكم, لو سمحت, لو سمحتم, رجاء, الرجاء, شكرا, شكرا جزيلا, "
    "شكرا لكم, عافاك, عفاك, عافاكم"
)
# One letter from a word for STOP, and meant.
_OTHERWISE = "cancer, evoke, بركان, بركات, ايقاع"
MIN_MISTYPED_LETTERS = 5


def _folded(words: str) -> list[str]:
    return [folded for word in words.split(", ") if (folded := fold(word))]


def _vocabulary() -> dict[str, Command]:
    languages: dict[tuple[Word, str], set[str]] = {}
    for word, by_language in WORDS.items():
        for language, words in by_language.items():
            for text in _folded(words):
                languages.setdefault((word, text), set()).add(language)
    return {
        text: Command(word, next(iter(spoken)) if len(spoken) == 1 and "" not in spoken else None)
        for (word, text), spoken in languages.items()
    }


def _by_text(words: dict[str, str]) -> dict[str, str]:
    return {text: language for language, names in words.items() for text in _folded(names)}


_COMMANDS = _vocabulary()
_NAMES = _by_text(LANGUAGE_NAMES)
_GREETED = _by_text(_GREETINGS)
_AGREED = dict.fromkeys(_folded(_YES), True) | dict.fromkeys(_folded(_NO), False)
_COURTESIES = sorted(_folded(_POLITE), key=len, reverse=True)
_SHORTEST_COURTESY = len(_COURTESIES[-1])
_KNOWN = frozenset({*_COMMANDS, *_NAMES, *_GREETED, *_AGREED, *_COURTESIES, *NUMBER_WORDS, *_folded(_OTHERWISE)})
_KNOWN |= frozenset(word for words in MISSING_WORDS.values() for word in words)
_STOPS = [text for text, said in _COMMANDS.items() if said.word is Word.STOP and len(text) >= MIN_MISTYPED_LETTERS]


def command(text: str) -> Command | None:
    """The command that the whole message is, or None. Total: any text."""
    if text.strip() in ("?", "؟"):
        return Command(Word.HELP)
    said = _without_courtesies(fold(text))
    words = said.split()
    if len(set(words)) == 1:
        said = words[0]
    if found := _COMMANDS.get(said):
        return found
    first, _, rest = said.partition(" ")
    if rest in _NAMES and (asked := _COMMANDS.get(first)) and asked.word is Word.LANGUAGE:
        return Command(Word.LANGUAGE, _NAMES[rest])
    return None


def mistyped_stop(text: str) -> bool:
    """Whether the whole message is one letter from a word for STOP of five letters or more, and no word we know."""
    said = _without_courtesies(fold(text))
    if len(said) < MIN_MISTYPED_LETTERS - 1:
        return False
    return said not in _KNOWN and any(slips(said, word, 1) == 1 for word in _STOPS)


def named_language(text: str) -> str | None:
    """The language that the whole message names, or None."""
    return _NAMES.get(_without_courtesies(fold(text)))


def shown_language(text: str) -> str | None:
    """The language that a first text shows: by its name, by a keyword or a greeting of its own, by Arabic letters."""
    said = command(text)
    spoken = named_language(text) or (said.language if said else None) or _GREETED.get(_without_courtesies(fold(text)))
    if spoken:
        return spoken
    letters = [char for char in visible(text) if char.isalpha()]
    return "ar" if letters and all("\u0600" <= char <= "\u06ff" for char in letters) else None


def agreed(text: str) -> bool | None:
    """Yes or 1 is True, no or 2 is False, in any language; else None."""
    said = _without_courtesies(fold(text))
    return {1: True, 2: False}.get(whole_number(said) or 0, _AGREED.get(said))


def after_keyword(text: str) -> tuple[Command, str] | None:
    """A word for START and what follows it, as on a poster: "THIQA 12", "ثقة أنفا". None without either."""
    words = re.sub(r"(?<=[^\W\d_])(?=\d)", " ", _without_courtesies(fold(text))).split()
    said = _COMMANDS.get(words[0]) if len(words) > 1 else None
    return (said, " ".join(words[1:])) if said and said.word is Word.START else None


def _without_courtesies(said: str) -> str:
    if len(said) < _SHORTEST_COURTESY:
        return said
    while True:
        shorter = said
        for courtesy in _COURTESIES:
            shorter = f" {shorter} ".removeprefix(f" {courtesy} ").removesuffix(f" {courtesy} ").strip()
        if shorter == said:
            return said
        said = shorter
