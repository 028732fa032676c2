"""A questionnaire as plain JSON values and back: for storage, and for the hash that names its version.

What has its usual value is left out, so that a form keeps its version when the model learns something new.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from .answers import Missing
from .expression import Expression, ExpressionError, parse
from .questionnaire import Choice, Fault, Group, Item, Kind, Questionnaire, QuestionnaireError, checked


def to_document(questionnaire: Questionnaire) -> dict[str, Any]:
    """The questionnaire as plain JSON values."""
    document: dict[str, Any] = {
        "form_id": questionnaire.form_id,
        "title": dict(questionnaire.title),
        "languages": list(questionnaire.languages),
        "items": [_plain(item) for item in questionnaire.items],
    }
    if questionnaire.groups:
        document["groups"] = [_plain(group) for group in questionnaire.groups]
    return document


def from_document(document: Mapping[str, Any]) -> Questionnaire:
    """The questionnaire of a document that `to_document` made. Raises QuestionnaireError on any other."""
    try:
        return checked(
            Questionnaire(
                form_id=str(document["form_id"]),
                title=dict(document["title"]),
                languages=tuple(document["languages"]),
                items=tuple(_item(entry) for entry in document["items"]),
                groups=tuple(Group(**entry) for entry in document.get("groups", [])),
            )
        )
    except QuestionnaireError:
        raise
    except (KeyError, TypeError, AttributeError, ValueError, ExpressionError) as error:
        raise QuestionnaireError([Fault("unreadable_document", str(document.get("form_id")), str(error))]) from error


def _plain(value: Any) -> dict[str, Any]:
    found = {}
    for part in fields(value):
        content = getattr(value, part.name)
        usual = part.default_factory() if part.default_factory is not MISSING else part.default
        if (part.default is MISSING and part.default_factory is MISSING) or content != usual:
            found[part.name] = _json(content)
    return found


def _json(content: Any) -> Any:
    if isinstance(content, Expression):
        return content.source
    if isinstance(content, Choice):
        return _plain(content)
    if isinstance(content, tuple):
        return [_json(part) for part in content]
    if isinstance(content, Mapping):
        return {key: _json(part) for key, part in content.items()}
    return content


def _item(entry: Mapping[str, Any]) -> Item:
    values = dict(entry)
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
    values = dict(entry)
    if "missing" in values:
        values["missing"] = Missing(values["missing"])
    values["synonyms"] = {language: tuple(words) for language, words in values.get("synonyms", {}).items()}
    return Choice(**values)
