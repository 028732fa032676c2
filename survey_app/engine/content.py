"""A questionnaire's content as plain JSON values: what is stored, and what its version is the hash of.

What has its usual value is left out, so that a form keeps its version when the model learns something new.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from .expression import Expression


def to_document(value: Any) -> dict[str, Any]:
    """A frozen value of the model (a questionnaire, an item, a choice, a group) as a dictionary of JSON values."""
    found = {}
    for part in fields(value):
        content = getattr(value, part.name)
        usual = part.default_factory() if part.default_factory is not MISSING else part.default
        if usual is MISSING or content != usual:
            found[part.name] = _json(content)
    return found


def _json(content: Any) -> Any:
    if isinstance(content, Expression):
        return content.source
    if is_dataclass(content):
        return to_document(content)
    if isinstance(content, tuple):
        return [_json(part) for part in content]
    if isinstance(content, Mapping):
        return {key: _json(part) for key, part in content.items()}
    return content
