"""The `thiqa release` verbs, as a custodian, an officer and a reader use them."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analytics.foreign import load, read_mapping
from analytics.release import latest, read
from analytics.release.chain import CHAIN, read_chain
from analytics.releasing.keys import new_signing_pair
from deploy.command import main
from survey_app.storage.database import connect, migrate
from tests.analytics.release.made import KEYS, OTHER, candidate, history, published, release

GOLDEN = Path(__file__).parents[2] / "golden"
MAPPING = str(GOLDEN / "mappings" / "trust.toml")
REASONS = ["--reason-ar", "خطأ", "--reason-fr", "Erreur", "--reason-en", "A mistake"]
Thiqa = Callable[..., Result]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "releases"


@pytest.fixture
def thiqa(tmp_path: Path, directory: Path) -> Thiqa:
    """The command, with a signing key, two officers and an empty database."""
    settings = {
        "THIQA_RELEASES": str(directory),
        "THIQA_DATABASE_URL": f"sqlite:///{tmp_path}/thiqa.sqlite3",
        "THIQA_RELEASE_SIGNING_KEY": KEYS.private,
        "THIQA_RELEASE_PUBLIC_KEY": KEYS.public,
        "THIQA_RELEASE_OFFICERS": f"{KEYS.public}, {OTHER.public}",
        "THIQA_ENV_FILE": "",
        "COLUMNS": "100",
    }

    def run(*words: str, **more: str) -> Result:
        return CliRunner(env={**settings, **more}).invoke(main, ["release", *words])

    return run


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a small survey of others. It is copied, not changed."""
    file = tmp_path_factory.mktemp("loaded") / "thiqa.sqlite3"
    engine = connect(f"sqlite:///{file}")
    migrate(engine)
    load(engine, read_mapping(GOLDEN / "mappings" / "trust.toml"), GOLDEN / "rsurvey" / "trust.csv")
    engine.dispose()
    return file


@pytest.fixture
def survey(loaded: Path, tmp_path: Path) -> None:
    shutil.copy(loaded, tmp_path)


def next_line(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()[-1]


@pytest.mark.usefixtures("survey")
def test_register_build_publish_verify(thiqa: Thiqa, directory: Path) -> None:
    registered = thiqa("register", "--mapping", MAPPING)
    assert "came after it" in registered.stderr
    built = next_line(thiqa("build", "--mapping", MAPPING))
    assert built.startswith("Next: thiqa release publish ")
    name = built.split()[-1]
    assert not (directory / "latest").exists()
    head = next_line(thiqa("publish", name)).split()[-1]
    assert latest(directory).name == name
    assert read(latest(directory)).quality["registration"]["after"] == ["trust"]  # type: ignore[index]  # a part of it
    verified = thiqa("verify", "--noted", head)
    assert head in next_line(verified)
    assert name in verified.stdout  # whole, on a narrow terminal
    assert "was published before" in thiqa("publish", name).stdout


@pytest.mark.usefixtures("survey")
def test_two_officers_raise_k_and_no_option_does(thiqa: Thiqa) -> None:
    assert thiqa("build", "--mapping", MAPPING, "--smallest-base", "12").exit_code == 2
    assert "agree" in next_line(thiqa("propose", "--k", "12", THIQA_OFFICER_KEY=KEYS.private))
    assert "another officer" in thiqa("agree", THIQA_OFFICER_KEY=KEYS.private).stderr
    assert "THIQA_OFFICER_KEY" in thiqa("agree").stderr
    assert "12" in thiqa("agree", THIQA_OFFICER_KEY=OTHER.private).stdout
    assert "stronger" in thiqa("propose", "--k", "11", THIQA_OFFICER_KEY=KEYS.private).stderr
    result = thiqa("build", "--mapping", MAPPING)
    assert result.stdout.splitlines()[-2].startswith("└")
    assert " 12 " in result.stdout


def test_withdraw_brings_the_one_before_back(thiqa: Thiqa, directory: Path) -> None:
    first, second = published(directory, release()), published(directory, release(shift=0.1))
    assert next_line(thiqa("withdraw", second, *REASONS)) == "Next: thiqa release build"
    assert latest(directory).name == first
    assert "withdrawn" in thiqa("publish", second).stderr
    assert thiqa("withdraw", second, *REASONS[:4]).exit_code == 2
    assert "never published" in thiqa("withdraw", "2026-01-01-abc", *REASONS).stderr
    assert thiqa("withdraw", first, *REASONS, "--indicator", "safe", "--remove-figures").exit_code == 2
    assert next_line(thiqa("withdraw", first, *REASONS, "--indicator", "safe")) == "Next: thiqa release build"
    assert read_chain(directory).entries[-1].indicator == "safe"


def test_verify_says_what_is_wrong_and_how_to_look_on(thiqa: Thiqa, directory: Path) -> None:
    assert next_line(thiqa("verify")) == "Nothing was published yet. Next: thiqa release build"
    first, _, third = history(directory)
    said = json.loads(thiqa("verify", "--json").stdout)
    assert (said["faults"], said["shown"][third], said["entries"][-1]["act"]) == ([], None, "withdrawn")
    (directory / first / "areas.json").write_text("[]")
    wrong = thiqa("verify")
    assert wrong.exit_code == 1
    assert f"{first}/areas.json is not what the manifest says" in wrong.stderr
    as_json = thiqa("verify", "--json")
    assert as_json.exit_code == 1
    assert len(json.loads(as_json.stdout)["faults"]) == 1
    one = thiqa("verify", str(directory / first))
    assert (one.exit_code, "areas.json" in one.stderr) == (1, True)
    (directory / CHAIN).write_bytes(b"{}\n")
    assert "line 1" in thiqa("verify").stderr


def test_one_release_verifies_by_the_pinned_key_alone(thiqa: Thiqa, directory: Path) -> None:
    path = directory / candidate(directory, release())
    assert "8 figures are shown" in next_line(thiqa("verify", str(path)))
    assert json.loads(thiqa("verify", str(path), "--json").stdout)["shown"] == 8
    assert "another key" in thiqa("verify", str(path), THIQA_RELEASE_PUBLIC_KEY=OTHER.public).stderr
    (path / "manifest.sig").unlink()
    assert thiqa("verify", str(path), THIQA_RELEASE_PUBLIC_KEY="").exit_code == 1


def test_diff_tells_by_its_exit_code(thiqa: Thiqa, directory: Path) -> None:
    first, second = published(directory, release("trust")), published(directory, release("trust", shift=0.015))
    same = thiqa("diff", first, first)
    assert (same.exit_code, same.stdout) == (0, f"{first} and {first} say the same.\n")
    other = thiqa("diff", first, str(directory / second))
    assert other.exit_code == 1
    assert other.stdout.splitlines() == [
        "┏━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━┳━━━━━━━━━━━━━━━━┓",
        "┃ what   ┃ which      ┃ before ┃ after ┃ half-intervals ┃",
        "┡━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━╇━━━━━━━━━━━━━━━━┩",
        "│ figure │ trust w1   │ 0.500  │ 0.515 │ +0.50          │",
        "│ figure │ trust w2   │ 0.550  │ 0.565 │ +0.50          │",
        "│ figure │ trust w2 a │ 0.600  │ 0.615 │ +0.25          │",
        "└────────┴────────────┴────────┴───────┴────────────────┘",
        "Figures changed: 3 (in the estimate: 3), appeared: 0, vanished: 0.",
    ]
    whole = thiqa("diff", first, second, "--json")
    assert whole.exit_code == 1
    assert json.loads(whole.stdout)["moved"][0]["half_intervals"] == 0.5
    missing = thiqa("diff", first, "2026-01-01-abc")
    assert (missing.exit_code, missing.stdout) == (2, "")
    assert "See the ids with" in missing.stderr


def test_keygen_prints_what_the_settings_take(thiqa: Thiqa) -> None:
    lines = thiqa("keygen").stdout.splitlines()
    assert [line.split("=")[0] for line in lines] == ["THIQA_RELEASE_SIGNING_KEY", "THIQA_RELEASE_PUBLIC_KEY"]
    officer = thiqa("keygen", "--officer").stdout.splitlines()
    assert [line.split("=")[0] for line in officer] == ["THIQA_OFFICER_KEY", "THIQA_RELEASE_OFFICERS"]
    assert len({*lines, *officer, *thiqa("keygen").stdout.splitlines()}) == 6


@pytest.mark.parametrize(
    ("name", "value"),
    [("THIQA_RELEASE_SIGNING_KEY", "secret-value"), ("THIQA_RELEASE_OFFICERS", new_signing_pair().public + ",x")],
)
def test_a_setting_that_is_no_key_is_said_and_not_shown(thiqa: Thiqa, name: str, value: str) -> None:
    result = thiqa("verify", **{name: value})
    assert result.exit_code == 1
    assert name in result.stderr
    assert "secret-value" not in result.output


def test_without_a_signing_key_nothing_is_published(thiqa: Thiqa, directory: Path) -> None:
    name = candidate(directory, release())
    result = CliRunner(env={"THIQA_RELEASES": str(directory), "THIQA_ENV_FILE": ""}).invoke(
        main, ["release", "publish", name]
    )
    assert result.exit_code == 1
    assert "thiqa release keygen" in result.stderr
    assert not (directory / CHAIN).exists()
