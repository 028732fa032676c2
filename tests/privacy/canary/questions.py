"""The questionnaire of the canary search: a note, choices, free text, and two items on one page."""

from survey_app.engine import Choice, Item, Kind, Questionnaire, checked, parse
from tests.web.conftest import TRUST, words

ITEMS = (
    Item("welcome", Kind.NOTE, words("مرحبا", "Bienvenue", "Welcome")),
    Item(
        "trust",
        Kind.SINGLE,
        words("ما مدى ثقتك في الشرطة؟", "Avez-vous confiance en la police ?", "How much do you trust the police?"),
        choices=TRUST,
        required=True,
    ),
    Item(
        "area",
        Kind.AREA,
        words("ما هو حيّكم؟", "Quel est votre quartier ?", "Which is your area?"),
        choices=(
            Choice("a1", words("الشمال", "Le nord", "The north")),
            Choice("a2", words("الجنوب", "Le sud", "The south")),
        ),
        required=True,
    ),
    Item("told", Kind.TEXT, words("ماذا حدث؟", "Que s’est-il passé ?", "What happened?"), required=True),
    Item(
        "times",
        Kind.INTEGER,
        words("كم مرة؟", "Combien de fois ?", "How many times?"),
        required=True,
        constraint=parse(". >= 1 and . <= 30"),
        constraint_message=words("بين 1 و30", "Entre 1 et 30", "Between 1 and 30"),
        page="more",
    ),
    Item("where", Kind.TEXT, words("أين؟", "Où ?", "Where?"), page="more"),
    Item("again", Kind.TEXT, words("قلت: ${told}", "Vous avez dit : ${told}", "You said: ${told}"), long=True),
)
PAGES = {"welcome": 1, "trust": 2, "area": 3, "told": 4, "more": 5, "again": 7}


def questions() -> Questionnaire:
    return checked(Questionnaire("canary", words("الشرطة والسكان", "Police", "Police"), ("ar", "fr", "en"), ITEMS))
