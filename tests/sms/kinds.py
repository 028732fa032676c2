"""A questionnaire with an item of every kind and feature, from which conversations take the items that they need."""

from dataclasses import replace

from survey_app.engine import Choice, Group, Item, Kind, Missing, Questionnaire, Text, checked, parse


def said(ar: str, fr: str, en: str) -> dict[str, str]:
    return {"ar": ar, "fr": fr, "en": en}


DONT_KNOW = Choice("dk", said("لا أعرف", "Je ne sais pas", "I don't know"), Missing.DONT_KNOW)
WORRIES = (
    Choice("theft", said("السرقة", "Le vol", "Theft"), synonyms={"en": ("stealing",)}),
    Choice("drugs", said("المخدرات", "La drogue", "Drugs")),
    Choice("traffic", said("السير", "La circulation", "Traffic")),
)
AGREE = (Choice("1", said("أوافق", "D'accord", "Agree")), Choice("0", said("لا أوافق", "Pas d'accord", "Disagree")))
STEM = said(
    "إلى أي حد توافقون على كل من هذه العبارات عن الشرطة؟",
    "Que pensez-vous de chacune de ces phrases sur la police ?",
    "What do you think of each of these statements on the police?",
)


def battery(name: str, label: Text) -> Item:
    return Item(name, Kind.SINGLE, label, stem=STEM, choices=AGREE, groups=("battery",))


ITEMS = (
    Item("adult", Kind.SINGLE, said("العمر؟", "Votre âge ?", "Your age?"), screen_out=parse(". = 'under18'"), choices=(
        Choice("under18", said("أقل من 18", "Moins de 18", "Under 18")),
        Choice("over18", said("18 فأكثر", "18 ou plus", "18 or over")),
    )),
    Item("condition", Kind.ARM, {}, choices=(Choice("plain", {}), Choice("framed", {}))),
    Item("frame", Kind.NOTE, said("للتذكير.", "Pour mémoire.", "As a reminder."),
         relevant=parse("${condition} = 'framed'")),
    Item("worries", Kind.MULTIPLE, said("ما الذي يقلقكم؟", "Qu'est-ce qui vous inquiète ?", "What worries you?"),
         choices=(*WORRIES, DONT_KNOW), required=True),
    Item("ranked", Kind.RANKING, said("رتبوا", "Classez", "Put these in order"), choices=WORRIES, required=True),
    Item("shuffled", Kind.SINGLE, said("الأهم؟", "Le plus important ?", "The most important?"),
         choices=(*WORRIES, DONT_KNOW), random_choices=True),
    Item("scale", Kind.SCALE, said("كم تثقون؟", "Votre confiance ?", "How much trust?"), offers=(Missing.DONT_KNOW,),
         low_label=said("لا ثقة", "aucune", "none"), high_label=said("ثقة تامة", "totale", "full")),
    Item("steps", Kind.SCALE, said("بالدقائق", "En minutes", "In minutes"), low=0, high=60, step=15),
    Item("region", Kind.SINGLE, said("الجهة؟", "Quelle région ?", "Which region?"), choices=(
        Choice("n", said("الشمال", "Le nord", "The north")), Choice("s", said("الجنوب", "Le sud", "The south")),
    )),
    Item("area", Kind.AREA, said("المدينة؟", "Quelle ville ?", "Which city?"), choices=(
        Choice("n1", said("طنجة", "Tanger", "Tangier"), attributes={"region": "n"}),
        Choice("s1", said("أكادير", "Agadir", "Agadir"), attributes={"region": "s"}),
        Choice("s2", said("كلميم", "Guelmim", "Guelmim"), attributes={"region": "s"}),
    ), choice_filter=parse("region = ${region}", frozenset({"region"}))),
    Item("times", Kind.INTEGER, said("كم مرة؟", "Combien de fois ?", "How many times?"),
         constraint=parse(". >= 0"), offers=(Missing.DONT_KNOW, Missing.REFUSED, Missing.NOT_APPLICABLE)),
    Item("twice", Kind.CALCULATED, {}, calculation=parse("${times} * 2")),
    Item("hours", Kind.DECIMAL, said("كم ساعة؟", "Combien d'heures ?", "How many hours?")),
    Item("day", Kind.DATE, said("في أي يوم؟", "Quel jour ?", "On which day?")),
    Item("month", Kind.DATE, said("في أي شهر؟", "Quel mois ?", "In which month?"), precision="month"),
    Item("year", Kind.DATE, said("في أي سنة؟", "Quelle année ?", "In which year?"), precision="year"),
    Item("words", Kind.TEXT, said("ما اسم حيكم؟", "Le nom de votre quartier ?", "What is your neighbourhood called?"),
         required=True, offers=(Missing.REFUSED,)),
    Item("piped", Kind.SINGLE, said("هل ${words} آمن؟", "${words} est-il s\u00fbr\u00a0?", "Is “${words}” safe?"),
         short={"fr": "« ${words} », calme ?"}, choices=AGREE),
    battery("fair", said("الشرطة عادلة.", "La police est juste.", "The police are fair.")),
    battery("polite", said("الشرطة مهذبة.", "La police est polie.", "The police are polite.")),
    replace(battery("present", said("الشرطة حاضرة.", "La police est là.", "The police are there.")),
            short={"en": "Do the police come when called?"}),
)  # fmt: skip
GROUPS = (Group("battery", said("عبارات", "Phrases", "Statements")),)
TITLE = said("كل الأنواع", "Tous les genres", "Every kind")


def every_kind(*names: str) -> Questionnaire:
    """The questionnaire with the items named, in its own order, or with all of them."""
    items = tuple(item for item in ITEMS if not names or item.name in names)
    return checked(Questionnaire("kinds", TITLE, ("ar", "fr", "en"), items, GROUPS))
