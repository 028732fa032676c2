"""Every journey leaves no number, address, invitation or answer in any log, trace, file, page of others, or core (54).

Real servers and verbs as processes of their own, on PostgreSQL that logs every statement, and on SQLite.
"""

import base64
import json
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url

from analytics.custody import new_keys
from survey_app.storage.database import connect, migrate
from tests.faults.conftest import fielded
from tests.faults.server import ROOT

from ..conftest import Watched
from .canaries import ARABIC, Canary, Person, everybody, new_secrets
from .evidence import Evidence, activity, database_files, gather
from .ground import Ground
from .questions import questions
from .search import Finder, files, misplaced, unknown_files, unknown_lines
from .street import Street
from .troubles import cut_off, locked

KINDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))
EVERYWHERE = (
    "custody open", "custody status", "invitations assist", "invitations make", "purge", "sms invite", "sms plan",
    "sms progress", "sms send", "sms send --forever",
)  # fmt: skip
VERBS = {"sqlite": EVERYWHERE, "postgres": (*EVERYWHERE, "refresh", "release build", "release verify")}
SHARED = Path("/dev/shm")
CORES = Path("/proc/sys/kernel/core_pattern").read_text().strip()


@pytest.fixture(scope="module")
def cores_wanted() -> Iterator[None]:
    """As `ulimit -c unlimited`, for all that is started from here."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@pytest.fixture(scope="module")
def both(
    watched: Watched, cores_wanted: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Evidence]]:
    """The journeys over each kind of database, at the same time."""
    small = connect(f"sqlite:///{tmp_path_factory.mktemp('data')}/thiqa.sqlite3")
    large, url, given = _guarded(watched)
    name = str(large.url.database)
    for engine in (small, large):
        migrate(engine)
        engine.dispose()  # what the migrations set for the database counts from the next connection on
    with large.begin() as work:
        role = make_url(url).username
        work.exec_driver_sql(f"GRANT CONNECT ON DATABASE {name} TO {role}")
        for kind in ("TABLES", "SEQUENCES"):
            work.exec_driver_sql(f"GRANT ALL ON ALL {kind} IN SCHEMA public TO {role}")
    grounds = {
        "sqlite": Ground(tmp_path_factory.mktemp("sqlite"), small, new_keys(), new_secrets()),
        "postgres": Ground(tmp_path_factory.mktemp("postgres"), large, new_keys(), given, url),
    }
    with ThreadPoolExecutor() as at_once:
        running = {
            "sqlite": at_once.submit(gather, grounds["sqlite"], locked(small), None),
            "postgres": at_once.submit(gather, grounds["postgres"], cut_off(watched.url, name), watched),
        }
        found = {kind: one.result() for kind, one in running.items()}
    yield found
    for engine in (small, large):
        engine.dispose()
    watched.administer(f"DROP DATABASE {name} WITH (FORCE)")


def _guarded(watched: Watched) -> tuple[Engine, str, dict[str, str]]:
    """A database whose owner is not let in without the password; both engines' addresses, and the secrets."""
    given, name, role = new_secrets(), f"canary_{secrets.token_hex(6)}", f"canary_{secrets.token_hex(6)}"
    quiet = create_engine(watched.url, isolation_level="AUTOCOMMIT")
    with quiet.connect() as work:
        for setting, value in (("log_statement", "none"), ("log_min_duration_statement", "-1")):
            work.exec_driver_sql(f"SET {setting} = '{value}'")
        work.exec_driver_sql(f"CREATE ROLE {role} LOGIN PASSWORD '{given['password']}'")
    quiet.dispose()
    rules = watched.data / "pg_hba.conf"
    rules.write_text(f"local all {role} scram-sha-256\n{rules.read_text()}")
    watched.administer("SELECT pg_reload_conf()")
    watched.administer(f"CREATE DATABASE {name}")
    url = make_url(watched.url).set(database=name)
    engine = connect(url.render_as_string(hide_password=False))
    own = url.set(username=role, password=given["password"]).render_as_string(hide_password=False)
    return engine, own, given


def _is_one_of(kinds: set[str], canary: Canary) -> bool:
    return canary.kind in kinds


@pytest.fixture(params=KINDS)
def evidence(request: pytest.FixtureRequest, both: dict[str, Evidence]) -> Evidence:
    return both[request.param]


@pytest.fixture
def finder(evidence: Evidence) -> Finder:
    return Finder(evidence.canaries)


@pytest.mark.parametrize("kind", KINDS)
def test_every_verb_ran_to_its_end(both: dict[str, Evidence], kind: str) -> None:
    """What ends at once says nothing, and nothing of it could be found."""
    runs = both[kind].ground.runs
    ended = [" ".join(run.words) for run in runs if run.code == 0]
    assert [verb for verb in VERBS[kind] if not any(each.startswith(verb) for each in ended)] == []
    assert [run.code for run in runs if "--forever" in run.words] == [0]
    said = "".join(run.said for run in runs if run.words == ("refresh",) and run.code == 0)
    assert ("ublished /" in said) is ("refresh" in VERBS[kind])


def test_fault_54_no_process_said_a_canary(evidence: Evidence, finder: Finder) -> None:
    found = []
    for process, said in evidence.said.items():
        on_purpose = {"assistance code"} if "invitations assist" in process else set()
        found += finder.report(process, said.encode(), partial(_is_one_of, on_purpose))
    assert found == []


def test_fault_54_every_line_that_was_said_is_on_a_list(evidence: Evidence) -> None:
    assert {name: lines for name, said in evidence.said.items() if (lines := unknown_lines(said))} == {}


def test_fault_54_no_answer_page_or_header_holds_what_is_not_its_persons(evidence: Evidence) -> None:
    canaries = [canary for canary in evidence.canaries if canary.kind != "answer"]
    people = [canary for person in evidence.street.people for canary in person.canaries]
    finder = Finder([*canaries, *people])
    assert [line for heard in evidence.street.heard for line in misplaced(finder, heard)] == []


def test_fault_54_no_file_that_was_left_holds_a_canary(evidence: Evidence, finder: Finder) -> None:
    folder = evidence.ground.folder
    left = [path for name in ("home", "tmp", "cwd") for path in files(folder / name)]
    left += files(SHARED, evidence.began)
    names = "\n".join([*map(str, left), *evidence.ground.opened])
    found = finder.report("names", names.encode())
    for path in left:
        found += finder.report(str(path), path.read_bytes())
    assert found == []


def test_fault_54_every_file_that_was_opened_for_writing_is_on_a_list(evidence: Evidence) -> None:
    assert unknown_files(evidence.ground.opened, evidence.ground.folder) == []


def test_fault_54_the_database_holds_no_canary_in_the_clear(evidence: Evidence, finder: Finder) -> None:
    """An answer only once it was opened as a response; of what follows from a cookie, the names of rows."""
    found = []
    for name, content in evidence.sealed.items():
        found += finder.report(name, content, lambda canary: canary.derived)
    for name, content in evidence.opened.items():
        found += finder.report(name, content, lambda canary: canary.derived or canary.kind in ("answer", "design"))
    assert found == []
    assert any(canary.kind == "answer" for content in evidence.opened.values() for canary in finder.find(content))


def test_fault_54_texts_that_wait_on_disk_are_sealed_and_of_one_size(evidence: Evidence, finder: Finder) -> None:
    waiting = {name: content for name, content in evidence.ground.spooled.items() if not name.startswith(".")}
    assert len(waiting) >= 3
    assert len({len(content) for content in waiting.values()}) == 1
    assert finder.report("names", "\n".join(waiting).encode()) == []
    assert [line for name, content in waiting.items() for line in finder.report(name, content)] == []
    assert [path for path in (evidence.ground.folder / "spool").iterdir() if not path.name.startswith(".")] == []


@pytest.mark.postgres
def test_fault_54_postgresql_logs_and_shows_no_canary(both: dict[str, Evidence]) -> None:
    evidence = both["postgres"]
    finder = Finder(evidence.canaries)
    assert finder.report("log", evidence.log) + finder.report("activity", evidence.activity) == []
    assert b"INSERT INTO draft" in evidence.log
    assert b"$1" in evidence.activity


def test_fault_54_no_process_leaves_a_core(evidence: Evidence) -> None:
    """Workers were killed over an answer, by SIGSEGV, SIGBUS and their own abort, with no limit on cores."""
    assert [path for path in files(evidence.ground.folder) if "core" in path.name] == []
    where = (evidence.ground.folder / "cwd" / CORES).parent  # an absolute path is its own
    elsewhere = [] if CORES.startswith("|") else files(where, evidence.began)
    assert [path for path in elsewhere if "core" in path.name] == []
    died = evidence.said["faulty"]
    assert [died.count(word) for word in ("Segmentation fault", "Bus error")] == [1, 1]


def test_fault_54_the_search_finds_what_is_leaked_on_purpose(
    watched: Watched, watched_engine: Engine, cores_wanted: None, tmp_path: Path
) -> None:
    """In each of the places, what a process with a leak puts there; nobody can say that nobody looked."""
    ground = Ground(tmp_path, fielded(watched_engine, questions()), new_keys(), new_secrets())
    start, began = len(watched.log), time.time() - 1
    with ground.server("tests.privacy.canary.wrapped:leaky()") as server, activity(watched) as seen:
        street = Street(server)
        person, visitor = street.comes(person=Person(99))  # nobody else is: what she leaves stays in the server
        street.people.append(person)
        sent = {"told": f"{person.latin} {person.arabic}", "number": person.number}
        visitor.go("/start", "POST", urlencode(sent).encode(), (("X-Order", "leak"),))
        said = server.log
    with watched_engine.begin() as work:
        work.execute(text("CREATE TABLE leak (said text)"))
        work.execute(text("INSERT INTO leak VALUES (:said)"), {"said": str(sent)})
    finder = Finder(everybody(street.people, ()))
    dead = [sys.executable, "-c", f"import os; kept = {str(sent)!r} * 2; os.abort()"]
    subprocess.run(dead, cwd=ground.folder / "cwd", check=False, stderr=subprocess.DEVNULL)
    everything, answer = {"answer", "number", "address", "browser"}, {"answer"}
    places = {"said": (said.encode(), everything), "activity": ("\n".join(seen).encode(), answer)}
    for folder in ("tmp", "home", "cwd"):
        (leak,) = (ground.folder / folder).glob("leak-*")
        places[folder] = (leak.read_bytes(), everything)
    (shared,) = (path for path in files(SHARED, began) if path.name.startswith("leak-"))
    places["shared memory"] = (shared.read_bytes(), everything)
    shared.unlink()
    places["log of statements and of their parameters"] = (watched.log[start:].encode(), {"answer", "number"})
    places["database"] = (b"".join(database_files(ground, watched, began).values()), {"answer", "number"})
    if cores := list((ground.folder / "cwd").glob("core*")):  # elsewhere a program takes them
        places["core"] = (cores[0].read_bytes(), {"answer", "number"})
    else:
        assert CORES.startswith("|") or resource.getrlimit(resource.RLIMIT_CORE)[1] == 0
    for place, (content, kinds) in places.items():
        assert {canary.kind for canary in finder.find(content)} >= kinds, place
    page = misplaced(finder, street.heard[-1])
    assert any("X-Leak" in line for line in page)
    assert {line.split(": ")[1].partition(" ")[0] for line in page} >= everything
    assert unknown_lines(said)
    assert any("leak-" in name for name in unknown_files(ground.opened, ground.folder))


def test_fault_54_every_spelling_is_found() -> None:
    word = ARABIC
    written = [
        word, quote(word), json.dumps(word), repr(word.encode()), word.encode().hex(), urlencode({"a": word}).lower(),
        *(base64.b64encode(b"x" * ahead + word.encode() + b"y").decode() for ahead in range(3)),
    ]  # fmt: skip
    finder = Finder(everybody((), ()))
    for spelled in (*(each.encode() for each in written), word.encode("utf-16-le")):
        for ahead in range(9):
            assert {canary.kind for canary in finder.find(b"-" * ahead + spelled)} == {"answer"}, spelled
    for number in ("+212 698 765 410", "%2B212698765410", "0698765410", "00212698765410"):
        assert {canary.kind for canary in finder.find(number.encode())} == {"number"}, number


def test_fault_54_a_process_says_no_to_cores_even_where_the_limit_is_lifted() -> None:
    """What collects cores asks the process itself, not its limit."""
    program = (
        "import ctypes, resource; from survey_app.discretion import be_discreet; be_discreet();"
        "print(resource.getrlimit(resource.RLIMIT_CORE), ctypes.CDLL(None).prctl(3))"  # PR_GET_DUMPABLE
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert said.strip() == "(0, 0) 0"


def test_fault_54_a_verb_and_a_server_say_no_to_cores(both: dict[str, Evidence]) -> None:
    """The limits of the processes that ran, as the system shows them."""
    assert both["sqlite"].limits == both["postgres"].limits
    assert both["sqlite"].limits.keys() == {"server", "worker", "verb"}
    for limits in both["sqlite"].limits.values():
        assert limits == (0, 0)
