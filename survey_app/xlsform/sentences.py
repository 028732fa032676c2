"""Sentences that are too long to be read easily, counted in words, language by language.

Many who answer read slowly, and on a small phone. GOV.UK says: no sentence past 25 words, for readers at large
(insidegovuk.blog.gov.uk, "Sentence length: why 25 words is our limit", 2014); the studies it reports find a sentence
of 21 words fairly difficult already. So English and French have 20. Arabic joins article, conjunction, preposition and
pronoun to the word: the bundled forms say the same in 0.78 times as many words as English, so Arabic has 16.
"""

from collections.abc import Iterator, Mapping

from .findings import Report

LIMITS: Mapping[str, int] = {"ar": 16, "fr": 20, "en": 20}
OTHERWISE = 20  # for every other language
READ = ("label", "hint", "x_stem", "x_short", "x_low", "x_high", "required_message", "constraint_message")
_ENDS = (".", "!", "?", "؟", "…", "۔")
_CLOSING = "\"'»”’)]"
_SHOWN_WORDS = 5


def sentences(text: str) -> Iterator[tuple[str, ...]]:
    """The words of each sentence: what stands between blanks and has a letter or digit. A new line ends one too."""
    for line in text.splitlines():
        words: list[str] = []
        for part in line.split():
            if any(sign.isalnum() for sign in part):
                words.append(part)
            if words and part.rstrip(_CLOSING).endswith(_ENDS):
                yield tuple(words)
                words = []
        if words:
            yield tuple(words)


def note_long(texts: Mapping[str, str], sheet: str, row: int, column: str, item: str, report: Report) -> None:
    """Note each sentence of a text, by language, that has more words than its language allows."""
    for language, text in texts.items():
        limit = LIMITS.get(language, OTHERWISE)
        for words in sentences(text):
            if len(words) > limit:
                start = " ".join(words[:_SHOWN_WORDS])[:80]
                detail = f"{language}: {len(words)} words, at most {limit}: {start} …"
                report.note("long_sentence", sheet, row, column, detail, item)
