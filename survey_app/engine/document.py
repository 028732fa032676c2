"""A questionnaire from the document that was stored of it: parsed, checked, or refused."""

from collections.abc import Mapping
from typing import Any

from .answers import Missing
from .expression import ExpressionError, parse
from .questionnaire import Choice, Fault, Group, Item, Kind, Questionnaire, QuestionnaireError, checked, version_of


def from_document(document: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire of a document that `to_document` made, now or ever. Raises QuestionnaireError on any other.

    The first documents also spelled out what is usual, and wrote None for an expression that was not there.
    """
    try:
        read = checked(
            Questionnaire(
                form_id=str(document["form_id"]),
                title=dict(document["title"]),
                languages=tuple(document["languages"]),
                items=tuple(_item(entry) for entry in document["items"]),
                groups=tuple(Group(**entry) for entry in document.get("groups", [])),
            )
        )
        # Waves, drafts and envelopes name the version that was fielded, whatever today's model would write instead.
        vars(read)["version"] = version_of(document)
        return read
    except QuestionnaireError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, ExpressionError) as error:
        raise QuestionnaireError([Fault("unreadable_document", str(document.get("form_id")), str(error))]) from error


def _item(entry: Mapping[str, Any]) -> Item:
    values = {name: value for name, value in entry.items() if value is not None}
    columns = {name for choice in values.get("choices", []) for name in choice.get("attributes", {})}
    for name in ("relevant", "constraint", "calculation", "screen_out"):
        if name in values:
            values[name] = parse(values[name])
    if "choice_filter" in values:
        values["choice_filter"] = parse(values["choice_filter"], frozenset(columns))
    values["kind"] = Kind(values["kind"])
    values["choices"] = tuple(_choice(choice) for choice in values.get("choices", []))
    values["groups"] = tuple(values.get("groups", []))
    values["offers"] = tuple(Missing(kind) for kind in values.get("offers", []))
    return Item(**values)


def _choice(entry: Mapping[str, Any]) -> Choice:
    values = {name: value for name, value in entry.items() if value is not None}
    if "missing" in values:
        values["missing"] = Missing(values["missing"])
    values["synonyms"] = {language: tuple(words) for language, words in values.get("synonyms", {}).items()}
    return Choice(**values)
