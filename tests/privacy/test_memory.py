"""What the memory of the serving processes yields to who seizes the machine: all of it is read and searched."""

import base64
import re
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from deploy.server import SWEEP_SECONDS
from survey_app.engine import Item, Kind, Questionnaire, checked
from tests.conftest import unavailable
from tests.faults.conftest import Serve, database, fielded, serve  # noqa: F401  # fixtures
from tests.faults.server import Server, Visitor
from tests.web.conftest import CUSTODIAN, form, words

CANARY = "canaryanswer7731"
WRITABLE = re.compile(r"([0-9a-f]+)-([0-9a-f]+) rw")


def memory(server: Server) -> bytes:
    """All that the workers may write to."""
    try:
        return b"".join(part for pid in server.workers for part in _parts(Path(f"/proc/{pid}")))
    except PermissionError:
        unavailable("the servers let only root look into their memory: run the tests as root for this one")
        raise


def _parts(process: Path) -> Iterator[bytes]:
    with (process / "mem").open("rb", buffering=0) as file:
        for match in map(WRITABLE.match, (process / "maps").read_text().splitlines()):
            if match:
                start, end = (int(edge, 16) for edge in match.groups())
                file.seek(start)
                yield file.read(end - start)


def asking_for_a_text() -> Questionnaire:
    small = form()
    said = Item("said", Kind.TEXT, words("قل", "Dites", "Say"), required=True)
    return checked(Questionnaire("small", small.title, small.languages, (*small.items, said)))


def interviewed(server: Server, said: str) -> str:
    """A whole interview; the cookie that the person had."""
    person = Visitor(server)
    person.start()
    for reply in ({}, {"answer": "2"}, {"answer": "no"}, {"answer": said}):
        person.press(**reply)
    cookie = person.cookie
    person.press()
    assert "have been sent" in person.page.text
    return cookie


def test_forty_interviews_later_the_memory_holds_neither_answer_nor_cookie(
    serve: Serve,  # noqa: F811  # the fixture
    postgres_engine: Engine,
) -> None:
    """What a request leaves is collected after some seconds, and freed memory overwritten.

    Without the first a cookie stays, without the second an answer and nine copies of a cookie, two hundred later.
    """
    server = serve(fielded(postgres_engine, asking_for_a_text()))
    cookie = interviewed(server, CANARY)
    for _ in range(40):
        interviewed(server, "something else")
    time.sleep(SWEEP_SECONDS + 2)
    seized = memory(server)
    assert CUSTODIAN.encode() in seized, "the settings are in it, so the search looks in the right place"
    assert CANARY.encode() not in seized
    assert cookie.encode() not in seized
    assert base64.urlsafe_b64decode(cookie + "=") not in seized
