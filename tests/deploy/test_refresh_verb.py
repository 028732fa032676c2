"""The `thiqa refresh` verb: what it says where there is something to do, nothing, or somebody else at it."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from analytics.custody import new_keys
from analytics.release import latest
from analytics.release.chain import verify_all
from analytics.releasing import building
from analytics.releasing.policy import POLICY
from analytics.releasing.store import alone
from deploy.command import main
from survey_app.storage.database import connect, migrate
from tests.analytics.release.made import KEYS, published, release


@pytest.fixture
def releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with one release; another one is what would be computed."""
    engine = connect(f"sqlite:///{tmp_path}/thiqa.sqlite3")
    migrate(engine)
    engine.dispose()
    monkeypatch.setattr(building, "responses", lambda _: (None, []))
    monkeypatch.setattr(building, "compute", lambda *_: release(shift=0.1))
    published(tmp_path / "releases", release())
    return tmp_path / "releases"


def refresh(directory: Path, **more: str) -> Result:
    settings = {
        "THIQA_RELEASES": str(directory),
        "THIQA_DATABASE_URL": f"sqlite:///{directory.parent}/thiqa.sqlite3",
        "THIQA_CUSTODIAN_PRIVATE_KEY": new_keys().private,
        "THIQA_RELEASE_SIGNING_KEY": KEYS.private,
        "THIQA_ENV_FILE": "",
        **more,
    }
    return CliRunner(env={**os.environ, **settings}).invoke(main, ["refresh"])


def test_what_is_new_is_published_once(releases: Path) -> None:
    first = latest(releases).name
    result = refresh(releases)
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[0] == f"Opened 0; published {latest(releases)}"
    assert latest(releases).name != first
    assert result.stdout.splitlines()[-1] == "Next: thiqa release verify"
    assert refresh(releases).stdout.splitlines()[0] == "Nothing is new; the last release stands."
    (releases / ".refreshed").unlink()  # whoever loses the mark computes again, and finds the same
    again = refresh(releases)
    assert again.stdout.splitlines()[0] == f"Opened 0; what would be published is what {latest(releases).name} says."
    assert (len(verify_all(releases).chain.published), verify_all(releases).faults) == (2, ())


def test_two_at_once_do_not_wait_for_each_other(releases: Path) -> None:
    with alone(releases):
        result = refresh(releases)
    assert (result.exit_code, "Another refresh is at work" in result.stdout) == (0, True)
    assert len(verify_all(releases).chain.published) == 1


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"THIQA_RELEASE_SIGNING_KEY": ""}, "THIQA_RELEASE_SIGNING_KEY"),
        (
            {"THIQA_RELEASE_PUBLIC_KEY": "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"},
            "another key",
        ),
        ({"THIQA_DATABASE_URL": "sqlite:////nowhere/thiqa.sqlite3"}, "database"),
    ],
)
def test_where_it_cannot_the_last_release_stands(releases: Path, settings: dict[str, str], said: str) -> None:
    first = latest(releases).name
    result = refresh(releases, **settings)
    assert result.exit_code == 1
    assert said in result.stderr
    assert latest(releases).name == first
    assert len(verify_all(releases).chain.published) == 1


def test_a_policy_that_does_not_count_stops_it(releases: Path) -> None:
    (releases / POLICY).write_text("{}")
    result = refresh(releases)
    assert (result.exit_code, "no policy" in result.stderr) == (1, True)
