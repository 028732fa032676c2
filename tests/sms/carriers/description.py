"""Requests and answers held against Twilio's own description of its interface, where that lies beside the repository.

The description is not part of the project: https://github.com/twilio/twilio-oai, spec/json/twilio_api_v2010.json.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_ROOT = Path(__file__).parents[3]
PLACES = tuple(
    folder / "shared" / "twilio" / "twilio_api_v2010_messages.json" for folder in (_ROOT.parent, _ROOT.parent.parent)
)
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass
class Description:
    """Twilio's description, and how much was held against it."""

    document: dict[str, Any]
    requests: int = field(default=0)
    answers: int = field(default=0)

    def of_request(self, method: str, path: str, query: Mapping[str, str], form: Mapping[str, str]) -> list[str]:
        """What is wrong with a request."""
        found, operation = self._operation(method, path)
        if operation is None:
            return [f"{method} {path}: no such operation"]
        self.requests += 1
        parameters = [self._followed(each) for each in operation.get("parameters", ())]
        problems = []
        for place, given in (("path", found), ("query", query)):
            known = {each["name"]: each for each in parameters if each["in"] == place}
            required = {name for name, each in known.items() if each.get("required")}
            schemas = {name: each["schema"] for name, each in known.items()}
            problems += self._fields(f"{method} {place}", given, schemas, required)
        body = operation.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {})
        problems += self._fields(
            f"{method} form", form, body.get("properties", {}), set(body.get("required", ())) if form else set()
        )
        return problems

    def of_answer(self, method: str, path: str, status: int, content: bytes) -> list[str]:
        """What is wrong with an answer; the description has no failures, so of those only the status is known."""
        _, operation = self._operation(method, path)
        if operation is None or status >= 400:
            return []
        self.answers += 1
        if str(status) not in operation["responses"]:
            return [f"{method} {path}: no answer {status}"]
        schema = operation["responses"][str(status)].get("content", {}).get(JSON, {}).get("schema")
        if schema is None:
            return [f"{method} {path}: {status} has no content"] if content else []
        return self._value(f"{method} {status}", json.loads(content), schema)

    def _operation(self, method: str, path: str) -> tuple[dict[str, str], dict[str, Any] | None]:
        for template, methods in self.document["paths"].items():
            match = re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(template)), path)
            if match and method.lower() in methods:
                return match.groupdict(), methods[method.lower()]
        return {}, None

    def _fields(
        self, where: str, given: Mapping[str, str], schemas: Mapping[str, Any], required: set[str]
    ) -> list[str]:
        problems = [f"{where}: {name} is missing" for name in required - set(given)]
        problems += [f"{where}: {name} is not known" for name in set(given) - set(schemas)]
        for name in set(given) & set(schemas):
            schema = self._followed(schemas[name])
            value: Any = given[name]
            if schema.get("type") in ("integer", "number", "boolean"):
                try:
                    value = json.loads(value)
                except ValueError:
                    problems.append(f"{where}: {name} is no {schema['type']}")
                    continue
            problems += self._value(f"{where} {name}", [value] if schema.get("type") == "array" else value, schema)
        return problems

    def _value(self, where: str, value: Any, schema: dict[str, Any]) -> list[str]:
        schema = self._followed(schema)
        if value is None:
            return [] if schema.get("nullable") else [f"{where}: may not be null"]
        kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict}
        kind = schema.get("type")
        if kind and not isinstance(value, kinds[kind]):  # type: ignore[arg-type]  # a type, or two
            return [f"{where}: is no {kind}"]
        problems = []
        if isinstance(value, str):
            problems += self._string(where, value, schema)
        if "enum" in schema and value not in schema["enum"]:
            problems.append(f"{where}: is none of {schema['enum']}")
        if isinstance(value, list) and "items" in schema:
            problems += [one for each in value for one in self._value(where, each, schema["items"])]
        if isinstance(value, dict) and "properties" in schema:
            problems += [f"{where}: {name} is not known" for name in set(value) - set(schema["properties"])]
            problems += [f"{where}: {name} is missing" for name in set(schema["properties"]) - set(value)]
            for name in set(value) & set(schema["properties"]):
                problems += self._value(f"{where} {name}", value[name], schema["properties"][name])
        return problems

    @staticmethod
    def _string(where: str, value: str, schema: dict[str, Any]) -> list[str]:
        problems = []
        if "pattern" in schema and not re.search(schema["pattern"], value):
            problems.append(f"{where}: does not match {schema['pattern']}")
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            problems.append(f"{where}: is of a wrong length")
        if schema.get("format") == "date-time-rfc-2822":
            try:
                parsedate_to_datetime(value)
            except ValueError:
                problems.append(f"{where}: is no date of RFC 2822")
        if schema.get("format") == "uri" and (" " in value or not urlsplit(value).path):
            problems.append(f"{where}: is no address")
        return problems

    def _followed(self, schema: dict[str, Any]) -> dict[str, Any]:
        found: Any = schema
        while "$ref" in found:
            reference, found = found["$ref"], self.document
            for step in reference.removeprefix("#/").split("/"):
                found = found[step]
        result: dict[str, Any] = found
        return result


def described() -> Description | None:
    """The description, if it lies beside the repository."""
    for place in PLACES:
        if place.exists():
            return Description(json.loads(place.read_text(encoding="utf-8")))
    return None
