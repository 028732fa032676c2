"""A realistic questionnaire in three languages for looking at pages: scales with missing answers, a number, a note."""

from survey_app.engine import Choice, Item, Kind, Missing, Questionnaire, checked, parse


def words(ar: str, fr: str, en: str) -> dict[str, str]:
    return {"ar": ar, "fr": fr, "en": en}


DONT_KNOW = Choice("98", words("لا أعرف", "Je ne sais pas", "I don’t know"), Missing.DONT_KNOW)
REFUSED = Choice(
    "99", words("أفضّل عدم الإجابة", "Je préfère ne pas répondre", "I prefer not to answer"), Missing.REFUSED
)

TRUST = (
    Choice("0", words("لا أثق إطلاقا", "Pas du tout confiance", "Not at all")),
    Choice("1", words("أثق قليلا", "Juste un peu confiance", "Just a little")),
    Choice("2", words("أثق إلى حد ما", "Partiellement confiance", "Somewhat")),
    Choice("3", words("أثق كثيرا", "Beaucoup confiance", "A lot")),
    DONT_KNOW,
)
SAFE = (
    Choice("1", words("آمن جدا", "Tout à fait en sécurité", "Very safe")),
    Choice("2", words("آمن", "Plutôt en sécurité", "Safe")),
    Choice("3", words("غير آمن", "Plutôt pas en sécurité", "Unsafe")),
    Choice("4", words("غير آمن إطلاقا", "Pas du tout en sécurité", "Very unsafe")),
    Choice(
        "5",
        words(
            "لا أخرج وحدي بعد حلول الظلام",
            "Je ne sors jamais seul(e) après la tombée de la nuit",
            "I never go out alone",
        ),
        Missing.NOT_APPLICABLE,
    ),
    DONT_KNOW,
)
YES_NO = (Choice("1", words("نعم", "Oui", "Yes")), Choice("0", words("لا", "Non", "No")), REFUSED)
SEX = (Choice("f", words("امرأة", "Une femme", "A woman")), Choice("m", words("رجل", "Un homme", "A man")), REFUSED)

QUESTIONNAIRE = checked(
    Questionnaire(
        "browser",
        words(
            "أنتم والشرطة في حيّكم: ما رأيكم؟",
            "La police dans votre quartier : votre avis",
            "The police in your neighbourhood: your view",
        ),
        ("ar", "fr", "en"),
        (
            Item(
                "welcome",
                Kind.NOTE,
                words(
                    "الأسئلة الأولى تتعلق بالشرطة في حيّكم. لا توجد إجابات صحيحة أو خاطئة.",
                    "Les premières questions portent sur la police dans votre quartier. Il n’y a pas de bonne ou de "
                    "mauvaise réponse.",
                    "The questions are about the police in your neighbourhood. No answer is right or wrong.",
                ),
            ),
            Item(
                "trust_police",
                Kind.SINGLE,
                words(
                    "ما مدى ثقتك في الشرطة؟",
                    "Dans quelle mesure faites-vous confiance à la police ?",
                    "How much do you trust the police?",
                ),
                choices=TRUST,
                required=True,
            ),
            Item(
                "safe_dark",
                Kind.SINGLE,
                words(
                    "ما مدى شعورك بالأمان عند السير بمفردك في حيّك بعد حلول الظلام؟",
                    "Vous sentez-vous en sécurité quand vous marchez seul(e) dans votre quartier après la tombée "
                    "de la nuit ?",
                    "How safe do you feel walking alone in your neighbourhood after dark?",
                ),
                choices=SAFE,
                required=True,
            ),
            Item(
                "contact12",
                Kind.SINGLE,
                words(
                    "خلال الاثني عشر شهرا الأخيرة، هل كان لك أي اتصال بالشرطة؟",
                    "Au cours des 12 derniers mois, avez-vous eu un contact avec la police ?",
                    "In the last 12 months, have you had any contact with the police?",
                ),
                choices=YES_NO,
                required=True,
            ),
            Item(
                "times",
                Kind.INTEGER,
                words("كم مرة تقريبا؟", "Environ combien de fois ?", "About how many times?"),
                hint=words("عدد تقريبي يكفي.", "Un nombre approximatif suffit.", "A rough number is enough."),
                relevant=parse("${contact12} = '1'"),
                required=True,
                constraint=parse(". >= 1 and . <= 300"),
                constraint_message=words(
                    "يُرجى كتابة عدد بين 1 و300.",
                    "Écrivez un nombre entre 1 et 300.",
                    "Write a number between 1 and 300.",
                ),
            ),
            Item(
                "sex",
                Kind.SINGLE,
                words("هل أنت...؟", "Êtes-vous… ?", "Are you…?"),
                choices=SEX,
                required=True,
            ),
        ),
    )
)
