"""A respondent's browser, as far as these tests need one: it keeps the cookie, follows forms, and has no script."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_app.fieldwork import open_wave
from survey_app.storage.database import reading

HOST = "https://survey.example"
SMALL = ("welcome", "trust_police", "contact12", "times")  # the items of the small form, in order
FROM_HERE = {"Sec-Fetch-Site": "same-origin"}


def at(name: str, names: tuple[str, ...] = SMALL) -> str:
    """The address of an item's page: its place in the questionnaire, or one that no questionnaire has."""
    return f"/page/{names.index(name) + 1 if name in names else 9_999}"


@dataclass
class Respondent:
    """One browser at one site."""

    site: Flask
    accepts: str = "ar"
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.site.test_client()

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=HOST, headers={"Accept-Language": self.accepts, **headers})

    def post(self, path: str, form: Mapping[str, object] | None = None, **headers: str) -> TestResponse:
        sent = {"Accept-Language": self.accepts, **FROM_HERE, **headers}
        return self.client.post(path, data=dict(form or {}), base_url=HOST, headers=sent)

    def start(self, language: str = "ar") -> TestResponse:
        return self.post(f"/start?lang={language}")

    def csrf(self) -> str:
        """The token of the forms that this browser is shown."""
        return hidden(self.get("/privacy"), "csrf")

    def at(self, name: str) -> str:
        """The address of an item's page in the questionnaire that is in the field."""
        with reading(self.site.extensions["thiqa"].database) as session:
            wave = open_wave(session)
        return at(name, tuple(wave.questionnaire.by_name) if wave else ())

    def answer(self, name: str, reply: str | None, **headers: str) -> TestResponse:
        form: dict[str, object] = {"csrf": self.csrf()}
        return self.post(self.at(name), form if reply is None else form | {"answer": reply}, **headers)

    def send(self) -> TestResponse:
        return self.post("/send", {"csrf": self.csrf()})

    def complete(self) -> None:
        """Every answer of the short way, up to the review."""
        self.start()
        for name, reply in (("welcome", None), ("trust_police", "2"), ("contact12", "no")):
            self.answer(name, reply)

    @property
    def cookie(self) -> str | None:
        found = self.client.get_cookie("__Host-thiqa", domain="survey.example")
        return found.value if found else None

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie("__Host-thiqa", value, domain="survey.example", secure=True, path="/")


def hidden(page: TestResponse, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, f"the page has no field {name}"
    return unescape(found[1])


def checked(page: TestResponse) -> list[str]:
    """The values of the options that are chosen."""
    return [value.rstrip("*") for value in re.findall(r'value="([^"]*)" checked', page.text)]
