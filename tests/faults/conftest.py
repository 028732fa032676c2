"""Servers over databases with a small questionnaire in the field."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from survey_app.engine import Questionnaire
from survey_app.fieldwork import field
from survey_app.storage.database import connect, migrate, writing
from tests.web.conftest import CUSTODIAN, form

from .server import HOST, Given, Server, Visitor, served

SHORT: tuple[Given, ...] = ({}, {"answer": "2"}, {"answer": "no"})  # the replies to `form`, up to the review
Serve = Callable[..., Server]


def environment(url: str) -> dict[str, str]:
    return {
        "THIQA_DATABASE_URL": url,
        "THIQA_PUBLIC_URL": f"https://{HOST}",
        "THIQA_CUSTODIAN_PUBLIC_KEY": CUSTODIAN,
        "THIQA_WAVE_KEYS": os.environ["THIQA_WAVE_KEYS"],
        "THIQA_STARTS_AN_HOUR_FROM_ONE_ADDRESS": "10000",  # a module's tests start more often than any household
    }


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def fielded(engine: Engine, questionnaire: Questionnaire) -> Engine:
    """A wave that is in the field today."""
    today = datetime.now(UTC).date()
    with writing(engine) as session:
        field(session, questionnaire, "2026-1", today - timedelta(1), today + timedelta(30))
    return engine


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server over a database; it stops at the end of the test."""
    with ExitStack() as running:

        def start(engine: Engine, application: str = "deploy.wsgi:site()", **settings: str) -> Server:
            return running.enter_context(served(tmp_path, environment(url_of(engine)) | settings, application))

        yield start


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    """An SQLite database with the small questionnaire in the field."""
    engine = connect(f"sqlite:///{tmp_path}/collector.sqlite3")
    migrate(engine)
    yield fielded(engine, form())
    engine.dispose()


@pytest.fixture(scope="module")
def module_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path_factory.mktemp('faults')}/collector.sqlite3")
    migrate(engine)
    yield fielded(engine, form())
    engine.dispose()


@pytest.fixture(scope="module")
def server(module_database: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests of a module that harm nobody, over the small questionnaire."""
    with served(tmp_path_factory.mktemp("server"), environment(url_of(module_database))) as running:
        yield running


@pytest.fixture
def person(server: Server) -> Visitor:
    return Visitor(server)
