"""A questionnaire with drawings, pictures and recordings, and the bytes of a sound and of a picture."""

import io
import struct
import wave
import zlib

from survey_app.engine import Choice, Item, Kind, Missing, Questionnaire, checked

from .kinds import DONT_KNOW, LANGUAGES, words

SATISFIED = (
    Choice("1", words("عدم رضا تام", "Pas du tout satisfait(e)", "Very dissatisfied")),
    Choice("2", words("عدم رضا", "Pas satisfait(e)", "Dissatisfied")),
    Choice("3", words("بين بين", "Ni l’un ni l’autre", "Neither")),
    Choice("4", words("رضا", "Satisfait(e)", "Satisfied")),
    Choice("5", words("رضا تام", "Tout à fait satisfait(e)", "Very satisfied")),
    DONT_KNOW,
)
SAFE = (
    Choice("1", words("آمن جدا", "Tout à fait en sécurité", "Very safe")),
    Choice("2", words("آمن", "En sécurité", "Safe")),
    Choice("3", words("غير آمن", "Pas en sécurité", "Unsafe")),
    Choice("4", words("غير آمن إطلاقا", "Pas du tout en sécurité", "Very unsafe")),
    DONT_KNOW,
)
PLACES = (
    Choice("street", words("الشارع", "La rue", "The street"), image="street.png"),
    Choice("market", words("السوق", "Le marché", "The market"), image="market.webp"),
    DONT_KNOW,
)
SOUND = {"ar": "treatment-ar.wav", "fr": "treatment-fr.wav"}
ITEMS = (
    Item(
        "treatment",
        Kind.SINGLE,
        words(
            "ما مدى رضاك عن معاملة الشرطة لك؟",
            "Êtes-vous satisfait(e) de la façon dont la police vous a traité(e) ?",
            "How satisfied were you with the way the police treated you?",
        ),
        choices=SATISFIED,
        audio=SOUND,
        pictures="faces",
    ),
    Item(
        "safe",
        Kind.SINGLE,
        words("هل السير ليلا آمن؟", "Êtes-vous en sécurité la nuit ?", "How safe is it at night?"),
        choices=SAFE,
        random_choices=True,
        pictures="bars-reversed",
    ),
    Item(
        "trust",
        Kind.SCALE,
        words("ما مدى ثقتك في الشرطة؟", "Avez-vous confiance en la police ?", "How much do you trust the police?"),
        offers=(Missing.DONT_KNOW,),
        low_label=words("لا ثقة إطلاقا", "Aucune confiance", "No trust at all"),
        high_label=words("ثقة كاملة", "Confiance totale", "Complete trust"),
        pictures="faces",
    ),
    Item("where", Kind.SINGLE, words("أين حدث ذلك؟", "Où était-ce ?", "Where was it?"), choices=PLACES),
)
ILLUSTRATED = checked(Questionnaire("illustrated", words("صور", "Images", "Pictures"), LANGUAGES, ITEMS))


def sound(seconds: float = 0.5) -> bytes:
    """A WAV file of silence."""
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(b"\x80" * int(8_000 * seconds))
    return content.getvalue()


def square(side: int = 16) -> bytes:
    """A PNG file of one colour."""

    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\0" + b"\x0b\x5c\x5a" * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
