"""A questionnaire with an item of every kind in three languages, and for each screen a reply as a browser sends it."""

from werkzeug.test import TestResponse

from survey_app.engine import Choice, Group, Item, Kind, Missing, Questionnaire, Text, checked, parse

from .respondent import Respondent
from .respondent import at as small_at

LANGUAGES = ("ar", "fr", "en")
OFFERS = (Missing.DONT_KNOW, Missing.REFUSED)


def words(ar: str, fr: str, en: str) -> dict[str, str]:
    return {"ar": ar, "fr": fr, "en": en}


def same(text: str) -> Text:
    return dict.fromkeys(LANGUAGES, text)


YES, NO = Choice("yes", words("نعم", "Oui", "Yes")), Choice("no", words("لا", "Non", "No"))
DONT_KNOW = Choice("98", words("لا أعرف", "Je ne sais pas", "I don’t know"), Missing.DONT_KNOW)
NONE = Choice("0", words("لا شيء مما ذكر", "Rien de tout cela", "None of these"), Missing.NOT_APPLICABLE)
SIDES = (
    Choice("north", words("شمال المدينة", "Le nord de la ville", "The north of the city")),
    Choice("south", words("جنوب المدينة", "Le sud de la ville", "The south of the city")),
)
AREAS = tuple(
    Choice(f"{side[0]}{n}", words(f"{ar} {n}", f"{fr} {n}", f"{en} {n}"), attributes={"side": side})
    for side, ar, fr, en in (
        ("north", "الحي الشمالي", "Quartier nord", "North quarter"),
        ("south", "الحي الجنوبي", "Quartier sud", "South quarter"),
    )
    for n in range(1, 4)
)
CONCERNS = (
    Choice("theft", words("السرقة", "Les vols", "Theft")),
    Choice("drugs", words("المخدرات", "La drogue", "Drugs")),
    Choice("traffic", words("السير والمرور", "La circulation", "Traffic")),
    Choice("noise", words("الضجيج ليلا", "Le bruit la nuit", "Noise at night")),
    NONE,
    DONT_KNOW,
)
PRIORITIES = (
    Choice("patrols", words("دوريات راجلة أكثر", "Plus de patrouilles à pied", "More patrols on foot")),
    Choice("respect", words("معاملة الناس باحترام", "Traiter les gens avec respect", "Treating people with respect")),
    Choice("speed", words("القدوم بسرعة عند النداء", "Venir vite quand on appelle", "Coming quickly when called")),
    DONT_KNOW,
)
AGREE = (
    Choice("1", words("نعم دائما", "Oui, toujours", "Yes, always")),
    Choice("2", words("أحيانا", "Parfois", "Sometimes")),
    Choice("3", words("لا أبدا", "Non, jamais", "No, never")),
)
STEM = words("هل يقوم رجال الشرطة ونساؤها في حيّكم...", "Dans votre quartier, les policiers…", "Do police in your area…")

GROUPS = (
    Group("place", words("حيّكم", "Votre quartier", "Your area")),
    Group("visit", words("آخر زيارة لمركز الشرطة", "La dernière visite au poste", "The last visit to a station")),
    Group("battery", STEM),
)
ITEMS = (
    Item(
        "welcome",
        Kind.NOTE,
        words("أسئلة قليلة عن حيّكم.", "Quelques questions sur votre quartier.", "A few questions on your area."),
    ),
    Item(
        "adult",
        Kind.SINGLE,
        words("هل عمرك 18 سنة أو أكثر؟", "Avez-vous 18 ans ou plus ?", "Are you 18 or over?"),
        choices=(YES, NO),
        required=True,
        screen_out=parse(". = 'no'"),
    ),
    Item("wording", Kind.ARM, {}, choices=(Choice("a", same("a")), Choice("b", same("b")))),
    Item(
        "side",
        Kind.SINGLE,
        words("في أي جهة من المدينة تسكن؟", "De quel côté de la ville habitez-vous ?", "Where do you live?"),
        choices=SIDES,
        required=True,
        random_choices=True,
        groups=("place",),
    ),
    Item(
        "area",
        Kind.AREA,
        words("ما هو حيّك؟", "Quel est votre quartier ?", "Which is your area?"),
        choices=AREAS,
        choice_filter=parse("side = ${side}", frozenset({"side"})),
        required=True,
        groups=("place",),
    ),
    Item(
        "concerns",
        Kind.MULTIPLE,
        words("ما الذي يقلقك في ${area}؟", "Qu’est-ce qui vous inquiète : ${area} ?", "What worries you in ${area}?"),
        choices=CONCERNS,
        required=True,
        constraint=parse("count-selected(.) <= 3"),
        constraint_message=words("ثلاثة اختيارات على الأكثر.", "Trois réponses au plus.", "Three answers at most."),
    ),
    Item(
        "priorities",
        Kind.RANKING,
        words("ما الأهم في عمل الشرطة؟", "Qu’est-ce qui compte le plus ?", "What matters most in policing?"),
        choices=PRIORITIES,
        required=True,
    ),
    Item(
        "trust",
        Kind.SCALE,
        words("ما مدى ثقتك في الشرطة؟", "Avez-vous confiance en la police ?", "How much do you trust the police?"),
        required=True,
        offers=OFFERS,
        low_label=words("لا ثقة إطلاقا", "Aucune confiance", "No trust at all"),
        high_label=words("ثقة كاملة", "Confiance totale", "Complete trust"),
    ),
    Item(
        "times",
        Kind.INTEGER,
        words("كم مرة رأيت الشرطة هذا الشهر؟", "Combien de fois ce mois-ci ?", "How often did you see police?"),
        hint=words("عدد تقريبي يكفي.", "Un nombre approximatif suffit.", "A rough number is enough."),
        required=True,
        offers=OFFERS,
    ),
    Item(
        "distance",
        Kind.DECIMAL,
        words("كم كيلومترا إلى أقرب مركز؟", "À combien de kilomètres est le poste ?", "How many km to the station?"),
        required=True,
        constraint=parse(". < 100"),
    ),
    Item("twice", Kind.CALCULATED, {}, calculation=parse("${distance} * 2")),
    Item(
        "born",
        Kind.DATE,
        words("في أي سنة ولدت؟", "En quelle année êtes-vous né(e) ?", "In what year were you born?"),
        precision="year",
        required=True,
    ),
    Item(
        "moved",
        Kind.DATE,
        words("منذ متى تسكن هناك؟", "Depuis quand y habitez-vous ?", "Since when have you lived there?"),
        precision="month",
        required=True,
    ),
    Item(
        "called",
        Kind.DATE,
        words("متى اتصلت بالشرطة آخر مرة؟", "Quand avez-vous appelé la police ?", "When did you last call the police?"),
        required=True,
        offers=(*OFFERS, Missing.NOT_APPLICABLE),
    ),
    Item(
        "helps",
        Kind.SINGLE,
        words("بالمساعدة عند الحاجة؟", "aident quand il le faut ?", "help when needed?"),
        stem=STEM,
        choices=AGREE,
        required=True,
        groups=("battery",),
    ),
    Item(
        "listens",
        Kind.SINGLE,
        words("بالإصغاء إلى الناس؟", "écoutent les gens ?", "listen to people?"),
        stem=STEM,
        choices=AGREE,
        required=True,
        groups=("battery",),
    ),
    Item(
        "been",
        Kind.SINGLE,
        words("هل زرت مركزا للشرطة؟", "Êtes-vous allé(e) dans un poste ?", "Have you been to a station?"),
        choices=(YES, NO),
        required=True,
        groups=("visit",),
        page="visit",
    ),
    Item(
        "waited",
        Kind.INTEGER,
        words("كم دقيقة انتظرت؟", "Combien de minutes d’attente ?", "How many minutes was the wait?"),
        required=True,
        groups=("visit",),
        page="visit",
    ),
    Item(
        "name",
        Kind.TEXT,
        words("ما اسم المركز؟", "Comment s’appelle ce poste ?", "What is the station called?"),
        groups=("visit",),
        page="visit",
    ),
    Item(
        "story",
        Kind.TEXT,
        words("ماذا حدث في ${name}؟", "Que s’est-il passé : ${name} ?", "What happened at ${name}?"),
        required=True,
        long=True,
        offers=(Missing.REFUSED,),
    ),
)
KINDS = checked(
    Questionnaire("kinds", words("كل الأنواع", "Toutes les sortes", "Every kind"), LANGUAGES, ITEMS, GROUPS)
)

Sent = dict[str, str | list[str]]

# For each screen: what a browser sends, and what the engine would be given directly.
REPLIES: tuple[tuple[str, Sent, dict[str, object]], ...] = (
    ("welcome", {}, {"welcome": None}),
    ("adult", {"answer": "yes"}, {"adult": "yes"}),
    ("side", {"answer": "south"}, {"side": "south"}),
    ("area", {"answer": "s2"}, {"area": "s2"}),
    ("concerns", {"choices": ["traffic", "theft"]}, {"concerns": ["theft", "traffic"]}),
    (
        "priorities",
        {"place.0": "2", "place.1": "1", "place.2": "3"},
        {"priorities": ["respect", "patrols", "speed"]},
    ),
    ("trust", {"answer": "7"}, {"trust": 7}),
    ("times", {"answer": "", "missing": "dont_know"}, {"times": Missing.DONT_KNOW}),
    ("distance", {"answer": "١٫٥"}, {"distance": 1.5}),
    ("born", {"year": "١٩٨٤"}, {"born": "1984"}),
    ("moved", {"month": "8", "year": "2015"}, {"moved": "2015-08"}),
    ("called", {"day": "3", "month": "5", "year": "2024"}, {"called": "2024-05-03"}),
    ("helps", {"answer": "1"}, {"helps": "1"}),
    ("listens", {"answer": "3"}, {"listens": "3"}),
    (
        "been",
        {"answer": "yes", "answer@waited": "20", "answer@name": "المركز 3"},
        {"been": "yes", "waited": 20, "name": "المركز 3"},
    ),
    ("story", {"answer": "سطر أول\r\n<b>سطر ثان</b>"}, {"story": "سطر أول\n<b>سطر ثان</b>"}),
)


def at(name: str) -> str:
    """The address of an item's page."""
    return small_at(name, tuple(KINDS.by_name))


def reply(person: Respondent, name: str, sent: Sent) -> TestResponse:
    """Send the screen of an item as a browser would, with the names of those it was shown with."""
    page = KINDS.by_name[name].page if name in KINDS.by_name else ""
    beside = " ".join(item.name for item in KINDS.items if page and item.page == page)
    return person.post(at(name), {"csrf": person.csrf(), "shown": beside, **sent})


def until(person: Respondent, name: str, language: str = "en") -> Respondent:
    """The respondent before this screen."""
    person.start(language)
    for screen, sent, _ in REPLIES:
        if screen == name:
            return person
        assert reply(person, screen, sent).status_code == 303
    return person
