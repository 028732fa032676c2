"""What is removed for its form: numbers, plates, dates, addresses, links. Each rule is a pattern and a kind.

The order counts: what is longer or surer goes first, and the last rules take every number that is left of six digits
or more, however it is broken up. Patterns are linear: no repeat of a repeat can match the same text in two ways.
"""

import re
from collections.abc import Iterator

import phonenumbers

from .normal import folded, mark
from .vocabulary import NUMBER_WORDS

REGIONS = ("MA", "DZ", "TN", "LY", "EG", "MR", "FR")
_NOT_IN_WORD, _END = r"(?<![^\W_])", r"(?![^\W_])"
_AR = "[\u0621-\u064a]"
_MONTH = (
    r"(?:jan(?:uary|vier)?|feb(?:ruary)?|f[ée]v(?:rier)?|mar(?:s|ch)|avr(?:il)?|apr(?:il)?|ma[iy]|juin|june?|juil"
    r"(?:let)?"
    r"|july?|ao[uû]t|aug(?:ust)?|sept?(?:embre|ember)?|oct(?:obre|ober)?|nov(?:embre|ember)?|d[ée]c(?:embre|ember)?"
    r"|يناير|فبراير|مارس|[اأ]بريل|ماي|مايو|يونيو|يوليوز|يوليو|غشت|[اأ]غسطس|شتنبر|سبتمبر|[اأ]كتوبر|نونبر|نوفمبر"
    r"|دجنبر|ديسمبر"
    r"|جانفي|فيفري|أفريل|جوان|جويلية|أوت)"
)
_NUMBERED = (
    r"(?:matricule|badge|cin|cni|cnie|carte(?: nationale)?|passeport|passport|permis|licen[cs]e|dossier|p\.?v"
    r"|plainte|case"
    r"|file|n°|n[uo]m[ée]ro|num|no\.|number|رقم|رقمه|رقمها|بطاقة|البطاقة|جواز|محضر|المحضر|ملف|الملف|شارة|شارته)"
)
_PLATE_WORDS = (
    r"(?:plaque|immatricul[ée]e?s?|immatriculation|plate|licen[cs]e plate|matricula|لوحة|لوحتها|ترقيم|ترقيمها|المرقمة)"
)
_STREET = (
    r"(?:rue|avenue|ave?\.|bd\.?|blvd\.?|boulevard|impasse|passage|zan[kq]at|zen[kq]at|zan[kq]a|zen[kq]a|chari3"
    r"|charii|derb"
    r"|r[ée]sidence|immeuble|imm\.?|appartement|appt?\.?|lotissement|lot\.?|bloc|villa|douar|street|road|building|flat"
    r"|apartment|hay|cit[ée])"
)
_STREET_AR = r"(?:زنقة|زنقه|شارع|درب|عمارة|عماره|[إا]قامة|[إا]قامه|شقة|شقه|بلوك|تجزئة|تجزئه|دوار|نهج|منزل|دار|حي)"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("link", r"[^\s<>]{1,80}@[^\s<>]{1,80}\.[^\W\d_]{2,10}"),
    ("link", r"[\w.+-]{2,40}\s?(?:\(at\)|\[at\]| at | arobase | arobas | آت )\s?[\w-]{2,40}\s?(?:\.| dot | point "
        r"| نقطة )\s?\w{2,6}" + _END),
    ("link", r"(?:https?://|www\.)\S+"),
    ("link", _NOT_IN_WORD + r"[\w-]{2,60}(?:\.[\w-]{2,60}){0,3}\.(?:com|net|org|info|ma|tn|dz|ly|eg|mr|fr|me|io|be"
        r"|app)(?:/\S*)?" + _END),
    ("link", r"(?<!\w)@\s?[\w.]{2,40}"),
    ("link", _NOT_IN_WORD + r"(?:insta(?:gram)?|snap(?:chat)?|tik ?tok|twitter|telegram|facebook|fb|messenger"
        r"|whatsapp|انستغرام|انستا|سناب|فيسبوك|تيك توك)\s?(?:[:=@]|compte|account|pseudo|حساب|اسمه)\s?[\w.@-]{2,40}"),
    ("account", r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){3,7}(?:[ -]?[A-Z0-9]{1,3})?(?![A-Z0-9])"),
    ("account", r"(?<!\d)\d(?:[ .-]?\d){15,30}(?!\d)"),
    ("place", r"[-+]?\d{1,3}[.,]\d{3,}\s?[,;/ ]\s?[-+]?\d{1,3}[.,]\d{3,}"),
    ("place", r"\d{1,3}\s?°\s?\d{1,2}(?:[.,]\d+)?(?:\s?['′]\s?\d{0,2}(?:[.,]\d+)?\s?[\"″]?)?\s?[NSEWO]?"),
    ("place", r"(?-i:(?<![A-Z0-9])[23456789CFGHJMPQRVWX]{4,8}\+[23456789CFGHJMPQRVWX]{2,3}(?![A-Z0-9]))"),
    ("plate", rf"(?<!\d)\d{{1,6}}\s?[-|/_.]\s?(?:{_AR}|[A-Za-z])\s?[-|/_.]\s?\d{{1,6}}(?!\d)"),
    ("plate", rf"(?<!\d)\d{{3,6}}\s?(?:{_AR}|(?-i:[A-Z]))\s?\d{{1,2}}(?!\d)"),
    ("plate", r"(?<!\d)\d{1,2}\s?(?:[أبدهط]|(?-i:[A-Z]))\s?\d{3,6}(?!\d)"),
    ("plate", r"(?<!\d)\d{1,6}\s?[-|]?\s?(?:تونس|تونسي|تونسية|(?:TU|TUN|TUNIS)(?![A-Z]))\s?[-|]?\s?\d{1,6}(?!\d)"),
    ("plate", r"(?<![A-Za-z])(?:(?-i:RS|WW|CD|CMD|PAT)|ن ت|ن\.ت)\s?[-|]?\s?\d{3,6}(?!\d)"),
    ("plate", r"(?<!\d)\d{4,6}[-\s./]\d{3}[-\s./]\d{2}(?!\d)"),
    ("plate", r"(?<!\d)\d{1,2}\s?[-|]\s?\d{4,7}(?!\d)"),
    ("plate", rf"(?<![\u0621-\u064a])(?:{_AR}\s){{1,2}}{_AR}\s?\d{{2,4}}(?!\d)"),
    ("plate", rf"(?<!\d)\d{{2,4}}\s?(?:{_AR}\s){{1,2}}{_AR}(?![\u0621-\u064a])"),
    ("plate", r"(?-i:(?<![A-Za-z])[A-Z]{3}[ -]?\d{3,4}(?!\d))"),
    ("plate", _NOT_IN_WORD + _PLATE_WORDS + r"[^\w\n]{0,4}"
        r"(?:[^\W\d_]{1,12}[^\w\n]{1,3})?[\w|/.-]{0,8}\d[\w|/.-]{0,12}"),
    ("date", r"(?<!\d)(?<!\d[-/.])\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:19|20)?\d{2}(?!\s?[-/.]?\s?\d)"),
    ("date", r"(?<!\d)(?:19|20)\d{2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,2}(?!\d)"),
    ("date", rf"(?<!\d)\d{{1,2}}(?:er|st|nd|rd|th)?\s(?:de |of )?{_MONTH}\.?,?\s\d{{2,4}}(?!\d)"),
    ("date", rf"{_MONTH}\s\d{{1,2}}(?:st|nd|rd|th)?,?\s\d{{4}}(?!\d)"),
    ("date", _NOT_IN_WORD + r"(?:née?s?|nee?(?= (?:le|en) \d)|born|mazdad|mzadad|tzadit|tzad|مواليد|ولدت?|مولود"
        r"|مولودة|مزداد|مزدادة|ازداد|ازددت)\s(?:(?:le|en|on|in|f|fi|في|يوم|سنة|عام)\s)?(?:سنة\s"
        r"|عام\s)?[^\n.;]{0,20}?\d{2,4}(?!\d)"),
    ("number", r"(?<![A-Za-z0-9])[A-Za-z]{1,2}\d{4,8}(?![A-Za-z0-9])"),
    ("number", r"(?-i:(?<![A-Za-z0-9])[A-Z]{1,2}\s\d{5,8}(?!\d))"),
    ("address", rf"(?<!\d)\d{{1,5}}\s?(?:bis|ter)?\s?[,،]?\s{_STREET}\s[^\n.,;،!?]{{2,40}}"),
    ("address", _NOT_IN_WORD + rf"{_STREET}\s(?:n°?\s?\d{{1,5}}|[A-Z]?\d{{1,5}})"),
    ("address", _NOT_IN_WORD + rf"{_STREET}(?:\s[^\W\d_][\w'’-]{{0,20}}){{1,4}}?[\s,]{{1,2}}(?:n°?|no\.?|num[ée]ro"
        rf"|number)?\s?\d{{1,5}}(?!\d)"),
    ("address", _NOT_IN_WORD + rf"[وفبل]?{_STREET_AR}(?:\s{_AR}{{2,20}}){{0,4}}?[\s,،]{{1,2}}(?:رقم\s"
        rf"|الرقم\s)?\d{{1,5}}(?!\d)"),
    ("address", _NOT_IN_WORD + rf"[وفبل]?(?:زنقة|زنقه|شارع|درب|[إا]قامة|عمارة|نهج)(?:\s{_AR}{{2,20}}){{1,2}}"),
)  # fmt: skip
# A street by its name alone: the name has capitals.
_NAMED_STREET = re.compile(
    _NOT_IN_WORD + r"(?i:rue|avenue|boulevard|bd|impasse|zan[kq]at|zen[kq]at|chari3|derb|résidence|residence|immeuble"
    r"|lotissement|street|road)"
    r"(?:\s(?:de|du|des|la|le|el|al|ibn|l|d)(?=[\s'’])['’]?){0,3}\s?(?:[A-ZÀ-Þ0-9][\w'’-]{1,20}(?:\s"
    r"(?=[A-ZÀ-Þ0-9]))?){1,4}"
)
_ENGLISH_STREET = re.compile(r"(?:[A-Z][\w'’-]{1,20}\s){1,3}(?:Street|Road|Avenue|Boulevard|Square)" + _END)
_KEYED = re.compile(
    _NOT_IN_WORD
    + _NUMBERED
    + r"[^\w\n]{0,4}(?:(?:n°|no|num[ée]ro|numero|رقم|هو|est|is)[^\w\n]{0,4})?[A-Za-z]{0,3}[-/ ]?\d[\d/-]{0,15}",
    re.IGNORECASE,
)  # after all that is longer: a number is what a word before it says that it is
_RULES = tuple((mark(kind), re.compile(pattern, re.IGNORECASE)) for kind, pattern in _PATTERNS)
_DIGITS = re.compile(r"[+(]?\d(?:[\W_]{0,3}\d){5,}")
_YEARS = re.compile(r"(?:19|20)\d{2}[\W_]{1,3}(?:19|20)\d{2}")
_BROKEN = re.compile(r"(?<![^\W_])\d{1,4}(?:[^\d\n]{1,9}\d{1,4}(?![^\W_])){3,}")
_LEAST_BROKEN = 8  # digits, from which groups with words between are a telephone number
_LEAST_SPOKEN = 5  # number words in a row
_WORD = re.compile(r"\d+|[^\W\d_]+(?:-[^\W\d_]+)*")


def unnumbered(text: str) -> str:
    """The text (as normal.opened gives it) with all of these removed. No run of six digits is left."""
    for token, pattern in _RULES:
        text = pattern.sub(token, text)
    for pattern in (_NAMED_STREET, _ENGLISH_STREET):
        text = pattern.sub(mark("address"), text)
    text = _DIGITS.sub(_number, text)
    text = _without(text, _telephones(text), mark("phone"))
    text = _BROKEN.sub(_broken, text)
    text = _without(text, _spoken(text), mark("phone"))
    return _KEYED.sub(mark("number"), text)


def _telephones(text: str) -> Iterator[tuple[int, int]]:
    for region in REGIONS:
        for found in phonenumbers.PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE):
            if not _YEARS.fullmatch(found.raw_string):
                yield found.start, found.end


def _number(found: re.Match[str]) -> str:
    return found[0] if _YEARS.fullmatch(found[0]) else mark("phone")


def _broken(found: re.Match[str]) -> str:
    digits = sum(char.isdigit() for char in found[0])
    return mark("phone") if digits >= _LEAST_BROKEN else found[0]


def _spoken(text: str) -> Iterator[tuple[int, int]]:
    """Runs of number words and digits, such as "zero six twelve thirty four"."""
    start, end, count = 0, 0, 0
    for found in _WORD.finditer(text):
        number = found[0].isdigit() or all(part in NUMBER_WORDS for part in folded(found[0]).split("-"))
        joins = folded(found[0]) in ("et", "and", "w", "u", "o", "و") or folded(found[0])[1:] in NUMBER_WORDS
        if number or (joins and count):
            start = start if count else found.start()
            end, count = found.end(), count + number
            continue
        if count >= _LEAST_SPOKEN:
            yield start, end
        count = 0
    if count >= _LEAST_SPOKEN:
        yield start, end


def _without(text: str, spans: Iterator[tuple[int, int]], token: str) -> str:
    done, kept = 0, []
    for start, end in sorted(spans):
        if start >= done:
            kept += [text[done:start], token]
        done = max(done, end)
    return "".join([*kept, text[done:]])
