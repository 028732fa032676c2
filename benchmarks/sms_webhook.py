"""Signed answers by text message a second through the whole path, beside the least that Flask must do for as many.

    python -m benchmarks.sms_webhook --databases sqlite,postgres --people 200

Interviews of twelve questions, from the first word to the thanks: each text is a signed request as the carrier makes
it, called in process on the site's own WSGI callable. Ours checks the signature, takes the text once, opens the sealed
conversation, asks the engine, seals the new state and the replies and commits; the floor checks the signature with the
carrier's own library and inserts one row of the plain driver, in Flask, with the same durability. Blocks of ours and of
the floor take turns, so that a noisy machine hits both. What counts is the ratio of answers a second; how much of ours
is the reception alone (the same texts without a request) is shown beside it.
"""

import io
import json
import secrets
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
from flask import Flask, Response, request
from nacl.public import PrivateKey
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # the library has no types

from sms.reception import Inbound, receive
from sms.settings import ChannelSettings
from sms.webhook import create_channel
from survey_app.fieldwork import field
from survey_app.storage.database import connect, migrate, reading, writing
from survey_app.storage.tables import EnvelopeRow, OutboxRow, table

from .floor import PAGES, make_table, writer
from .served import Databases, cpu_seconds, databases, questionnaire

GOAL_RATIO = 0.50
SITES = ("ours", "reception", "floor")
BLOCK = 50
TOKEN, URL = "a-token-of-the-benchmark", "https://survey.example/sms/twilio"
TALK = ("thiqa", "2", "1", *("1234"[page % 4] for page in range(PAGES)))  # a word, French, consent, the answers
_INSERT = "INSERT INTO answer (id, page, value) VALUES (?, ?, ?)"
_NUMBERS = {"ours": "+21260", "reception": "+21261", "floor": "+21262"}


@dataclass
class Measured:
    """The sums of one site's blocks, in seconds of the clock, of this process's CPU and of the database's."""

    answers: int = 0
    wall: float = 0.0
    cpu: float = 0.0
    database: float = 0.0

    @property
    def a_second(self) -> float:
        """Answers a second."""
        return self.answers / self.wall

    def figures(self) -> dict[str, object]:
        """What is reported."""
        return {
            "answers": self.answers,
            "answers_a_second": round(self.a_second),
            "us_an_answer": round(self.wall / self.answers * 1e6),
            "cpu_us_an_answer": round(self.cpu / self.answers * 1e6),
            "database_cpu_us_an_answer": round(self.database / self.answers * 1e6),
        }


def floor_site(url: str) -> Flask:
    """The least: Flask, the carrier's signature by its own library, one row."""
    app, write, validator = Flask(__name__), writer(url), RequestValidator(TOKEN)

    @app.post("/twilio")
    def take() -> Response:
        if not validator.validate(URL, request.form, request.headers.get("X-Twilio-Signature", "")):
            return Response("", 403)
        write(_INSERT, secrets.token_hex(32), 1, request.form["Body"][:10])
        return Response("<Response/>", mimetype="text/xml")

    return app


def signed_request(sender: str, said: str) -> dict[str, Any]:
    """A request as the carrier makes it, with the parameters that it sends."""
    sid = "SM" + secrets.token_hex(16)
    form = {"MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "AccountSid": "AC" + "0" * 32, "Body": said}
    form |= {"From": sender, "To": "+15005550006", "NumMedia": "0", "NumSegments": "1", "SmsStatus": "received"}
    form |= {"FromCity": "", "FromState": "", "FromZip": "", "FromCountry": "MA", "ApiVersion": "2010-04-01"}
    form |= {"ToCity": "", "ToState": "", "ToZip": "", "ToCountry": "US"}
    body = urlencode(form).encode()
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "/sms",
        "PATH_INFO": "/twilio",
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_TWILIO_SIGNATURE": RequestValidator(TOKEN).compute_signature(URL, form),
        "HTTP_HOST": "127.0.0.1:8000",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def called(app: Flask, environ: dict[str, Any]) -> None:
    """One request, read to its end. Raises ClickException on any answer but 200."""
    status: list[str] = []

    def start(said: str, *_: object) -> Callable[[bytes], object]:
        status.append(said)
        return lambda _: None

    b"".join(app(environ, start))
    if not status[0].startswith("200"):
        raise click.ClickException(f"a signed text was answered with {status[0]}")


class Ours:
    """Our channel over a database, with a questionnaire in the field and a clock that goes on a minute a round."""

    def __init__(self, url: str, folder: Path) -> None:
        self.engine, self.now = connect(url, impatient=True), datetime.now(UTC)
        migrate(self.engine)
        self.settings = ChannelSettings(
            public_url="https://survey.example",
            database_url=SecretStr(url),
            custodian_public_key=bytes(PrivateKey.generate().public_key).hex(),
            channel_key=SecretStr("00112233445566778899aabbccddeeff" * 2),
            twilio_auth_tokens=(SecretStr(TOKEN),),
            twilio_sender="+15005550006",
            wave_keys=folder / "keys",
            spool=folder / "spool",
        )
        today = self.now.date()
        with writing(self.engine) as session:
            field(session, questionnaire(PAGES), "benchmark", today, today + timedelta(days=30))
        self.app = create_channel(self.settings, self.engine, lambda: self.now)

    def delivered(self) -> None:
        """Between two rounds a worker has sent what is due, and a minute has gone; reminders still wait."""
        outbox = table(OutboxRow)
        with self.engine.begin() as connection:
            connection.execute(outbox.update().where(outbox.c.due <= self.now).values(status="sent", sealed=b""))
        self.now += timedelta(minutes=1)

    def envelopes(self) -> int:
        """How many interviews were completed."""
        with reading(self.engine) as session:
            return session.connection().execute(select(func.count()).select_from(EnvelopeRow)).scalar_one()


def blocks(ours: Ours, floor: Flask, people: int, said: str) -> Iterator[tuple[str, list[Callable[[], None]]]]:
    """One text of everybody, to each site in turn."""
    for first in range(0, people, BLOCK):
        crowd = range(first, min(first + BLOCK, people))
        for site in SITES:
            numbers = [f"{_NUMBERS[site]}{person:07}" for person in crowd]
            if site == "reception":
                yield site, [_received(ours, number, said) for number in numbers]
            else:
                app = ours.app if site == "ours" else floor
                yield site, [_requested(app, signed_request(number, said)) for number in numbers]


def _received(ours: Ours, number: str, said: str) -> Callable[[], None]:
    inbound = Inbound("twilio", secrets.token_hex(16), number, said)
    return lambda: receive(ours.settings, ours.engine, inbound, ours.now)


def _requested(app: Flask, environ: dict[str, Any]) -> Callable[[], None]:
    return lambda: called(app, environ)


def measure(room: Databases, people: int) -> dict[str, Measured]:
    """Every site over one kind of database."""
    found: dict[str, Measured] = defaultdict(Measured)
    url = room.new()
    make_table(url)
    floor = floor_site(url)
    with tempfile.TemporaryDirectory(prefix="thiqa-benchmark-") as folder:
        ours = Ours(room.new(), Path(folder))
        called(floor, signed_request("+212639999999", "warm"))
        called(ours.app, signed_request("+212639999999", "warm"))
        for said in TALK:
            for site, texts in blocks(ours, floor, people, said):
                _timed(found[site], texts, room.pid)
            ours.delivered()
        if ours.envelopes() != 2 * people:
            raise click.ClickException(f"{2 * people} interviews left {ours.envelopes()} envelopes")
        ours.engine.dispose()
    return found


def _timed(into: Measured, texts: list[Callable[[], None]], pid: int | None) -> None:
    database, cpu, wall = cpu_seconds(pid), time.process_time(), time.perf_counter()
    for text in texts:
        text()
    into.wall += time.perf_counter() - wall
    into.cpu += time.process_time() - cpu
    into.database += cpu_seconds(pid) - database
    into.answers += len(texts)


@click.command()
@click.option("--databases", "kinds", default="sqlite,postgres", show_default=True)
@click.option("--people", default=200, show_default=True, help="How many interviews, at each site.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def main(kinds: str, people: int, as_json: bool) -> None:
    """Measure, in temporary databases that are removed at the end."""
    cells: dict[str, dict[str, Measured]] = {}
    for kind in kinds.split(","):
        with databases(kind) as room:
            cells[kind] = measure(room, people)
    ratios = {kind: found["ours"].a_second / found["floor"].a_second for kind, found in cells.items()}
    if as_json:
        figures = {kind: {site: cell.figures() for site, cell in found.items()} for kind, found in cells.items()}
        click.echo(json.dumps({"cells": figures, "ratios": ratios}, indent=1))
    else:
        _show(cells, ratios)


def _show(cells: dict[str, dict[str, Measured]], ratios: dict[str, float]) -> None:
    shown = Table("database", "site", title=f"Answers by text, interviews of {PAGES} questions (goal {GOAL_RATIO:.2f})")
    for heading in ("a second", "ratio", "µs an answer", "µs of CPU", "µs database"):
        shown.add_column(heading, justify="right")
    for kind, found in cells.items():
        for site in SITES:
            figures = found[site].figures()
            ratio = f"{ratios[kind]:.2f}" if site == "ours" else ""
            costs = ("us_an_answer", "cpu_us_an_answer", "database_cpu_us_an_answer")
            shown.add_row(kind, site, f"{figures['answers_a_second']}", ratio, *(f"{figures[name]}" for name in costs))
    Console(width=120).print(shown)


if __name__ == "__main__":
    main()
