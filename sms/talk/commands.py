"""The words that steer a conversation, in Arabic, French, English and the dialects.

A word counts only when it is the whole message, politeness aside; never when a text merely contains it.
"""

from dataclasses import dataclass
from enum import StrEnum

from survey_app.engine.normalise import fold


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


# "" holds the words that are used whatever the language.
WORDS: dict[Word, dict[str, str]] = {
    Word.STOP: {
        "": "stop, stopp, stopall, baraka, hbes",
        "ar": "توقف, توقفوا, قف, أوقف, أوقفوا, وقف, وقفو, إيقاف, التوقف, إلغاء, إلغاء الاشتراك, إنهاء, "
        "بركا, باركا, كفى, حبس, ستوب",
        "fr": "arrêt, arrête, arrêter, arrêtez, arrêtez tout, fin, annuler, désabonner, désinscrire, désinscription",
        "en": "unsubscribe, cancel, quit, end, opt out, optout, revoke, stop it",
    },
    Word.START: {
        "": "start, unstop, thiqa, thika",
        "ar": "ثقة, ابدأ, ابدؤوا, بدء, البدء, بداية, استئناف",
        "fr": "confiance, commencer, commencez, démarrer, début, reprendre, participer",
        "en": "trust, begin, resume, join",
    },
    Word.HELP: {
        "": "info, ?, ؟",
        "ar": "مساعدة, المساعدة, معلومات, ساعدوني",
        "fr": "aide, aidez moi, infos",
        "en": "help, help me",
    },
    Word.BACK: {
        "": "",
        "ar": "رجوع, الرجوع, عودة, السابق, السؤال السابق",
        "fr": "retour, précédent, précédente, arrière, question précédente",
        "en": "back, go back, previous, previous question",
    },
    Word.REPEAT: {
        "": "",
        "ar": "تكرار, إعادة, أعد, أعيدوا, كرر, عاود",
        "fr": "répéter, répétez, répète, encore, question",
        "en": "repeat, again, question",
    },
    Word.SKIP: {"": "", "ar": "تخطي, تخط, تجاوز, السؤال التالي", "fr": "passer, suivant, suivante", "en": "skip, next"},
    # Alone it asks for the choice, whatever its own language.
    Word.LANGUAGE: {"": "lang, لغة, اللغة, تغيير اللغة, langue, langues, language, languages"},
}
LANGUAGE_NAMES = {
    "ar": "العربية, عربية, عربي, بالعربية, ar, arabic, arabe, l'arabe, arabiya",
    "fr": "français, francais, fr, french, en français, الفرنسية, فرنسية, بالفرنسية",
    "en": "english, en, anglais, in english, en anglais, الإنجليزية, إنجليزية, بالإنجليزية",
}
_POLITE = (
    "please, pls, plz, thanks, thank you, merci, merci beaucoup, svp, stp, s'il vous plaît, s'il te plaît, من فضلك, "
    "من فضلكم, لو سمحت, لو سمحتم, رجاء, الرجاء, شكرا, شكرا جزيلا, شكرا لكم, عافاك, عفاك"
)


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


_COMMANDS = _vocabulary()
_NAMES = {text: language for language, names in LANGUAGE_NAMES.items() for text in _folded(names)}
_COURTESIES = sorted(_folded(_POLITE), key=len, reverse=True)


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


def named_language(text: str) -> str | None:
    """The language that the whole message names, or None."""
    return _NAMES.get(_without_courtesies(fold(text)))


def _without_courtesies(said: str) -> str:
    while True:
        shorter = said
        for courtesy in _COURTESIES:
            shorter = f" {shorter} ".removeprefix(f" {courtesy} ").removesuffix(f" {courtesy} ").strip()
        if shorter == said:
            return said
        said = shorter
