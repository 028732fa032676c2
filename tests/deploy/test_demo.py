"""The demonstration: a whole survey through the real intake, whose figures cover the truth that was put in."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import func
from sqlmodel import select

from analytics.release import CHANGE, CONFIDENTIAL, GAP, LEVEL, YEAR, Figure, Release, latest, read
from analytics.release.chain import verify_all
from deploy.demo import LEFT_WAITING, WAVES, make_demo
from deploy.demo_environment import demo_environment
from deploy.residents import OPINIONS, truth
from survey_app.instrument import Instrument
from survey_app.storage.database import connect, reading
from survey_app.storage.tables import DraftRow, EnvelopeRow, ResponseRow

NUMBERS = {wave_id: number for number, (wave_id, _, _) in enumerate(WAVES)}
POOL = 50  # what stays behind each batch
MECHOUAR = "06.141.01.81"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("demo")
    before = dict(os.environ)
    demo_environment(directory)
    outcome = make_demo(Console(quiet=True), seed=7, share=0.7)
    assert outcome.made
    assert outcome.responses > 3_000
    yield directory
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def release(demo: Path) -> Release:
    return read(latest(demo / "releases"))


def known(instrument: Instrument, figure: Figure) -> float:
    """The truth that a figure estimates."""
    areas = frozenset(
        area.code
        for area in instrument.areas.areas
        if figure.area in (area.code, *(above.code for above in instrument.areas.ancestors(area.code)))
    )
    number, within = NUMBERS[figure.wave], areas or None

    def share(wave: int, sex: str | None) -> float:
        pooled = range(wave - figure.span + 1, wave + 1)  # waves are of about one size
        return sum(truth(instrument, figure.indicator, each, within, sex) for each in pooled) / figure.span

    if figure.contrast == GAP:
        return share(number, "woman") - share(number, "man")
    now, earlier = share(number, figure.sex or None), {CHANGE: 1, YEAR: 4}.get(figure.contrast)
    return now if earlier is None else now - share(number - earlier, figure.sex or None)


def test_the_intervals_cover_the_known_truth(release: Release, instrument: Instrument) -> None:
    shown = [figure for figure in release.figures if figure.estimate is not None and figure.indicator in OPINIONS]
    covered = Counter[str]()
    total = Counter[str]()
    for figure in shown:
        assert figure.low is not None
        assert figure.high is not None
        kind = figure.contrast or ("area" if figure.area else "everyone")
        total[kind] += 1
        covered[kind] += figure.low <= known(instrument, figure) <= figure.high
    assert total["area"] > 200
    # 95 % intervals; the figures of one wave share its people, so some slack beyond the binomial is due.
    assert sum(covered.values()) / len(shown) >= 0.92
    assert covered["area"] / total["area"] >= 0.92


def test_weights_correct_who_answers(release: Release, instrument: Instrument) -> None:
    errors = [
        figure.estimate - known(instrument, figure)
        for figure in release.figures
        if figure.estimate is not None
        and figure.indicator in OPINIONS
        and (figure.contrast, figure.area, figure.sex) == (LEVEL, "", "")
    ]
    assert abs(sum(errors) / len(errors)) < 0.012


def test_both_channels_and_break_offs_are_there(demo: Path, release: Release) -> None:
    assert all(wave.modes["web"] > 100 and wave.modes["sms"] > 100 for wave in release.waves)
    engine = connect(f"sqlite:///{demo}/thiqa.sqlite3")
    with reading(engine) as session:
        assert session.exec(select(func.count()).select_from(DraftRow)).one() > 50
        waiting = session.exec(select(func.count()).select_from(EnvelopeRow)).one()
        responses = session.exec(select(func.count()).select_from(ResponseRow)).one()
    engine.dispose()
    assert POOL < waiting <= POOL + LEFT_WAITING
    assert responses == sum(wave.n for wave in release.waves)


def test_the_mechouar_is_withheld_and_not_alone(release: Release) -> None:
    for wave in release.waves:
        withheld = {
            figure.area
            for figure in release.figures
            if figure.key[:2] == ("trust", wave.id) and figure.contrast == LEVEL and figure.status == CONFIDENTIAL
        }
        assert MECHOUAR in withheld
        assert len(withheld) >= 2


def test_the_release_says_that_it_is_synthetic_and_holds_every_indicator(
    release: Release, instrument: Instrument
) -> None:
    assert release.synthetic
    assert {figure.indicator for figure in release.figures} == {found.id for found in instrument.indicators}


def test_its_release_is_signed_and_its_definitions_were_registered_before_the_first_wave(
    demo: Path, release: Release, instrument: Instrument
) -> None:
    key = dict(line.split("=", 1) for line in (demo / "demo.env").read_text().splitlines())["THIQA_RELEASE_PUBLIC_KEY"]
    assert read(latest(demo / "releases"), [key]) == release
    assert verify_all(demo / "releases", [key]).faults == ()
    found = release.quality["registration"]
    assert isinstance(found, dict)
    assert found["before"] == [indicator.id for indicator in instrument.indicators]
    assert (found["after"], found["never"]) == ([], [])


def test_a_filter_limits_the_base_to_those_it_speaks_of(release: Release) -> None:
    """Satisfaction is about those who had contact with the police, and is asked on the web only."""
    wave = release.waves[0].id
    contact, trust = release.figure("contact_sat", wave), release.figure("trust", wave)
    assert contact is not None
    assert trust is not None
    assert contact.n is not None
    assert trust.n is not None
    assert contact.n < trust.n / 3


def test_a_second_run_keeps_the_data(demo: Path) -> None:
    environment = (demo / "demo.env").read_bytes()
    demo_environment(demo)
    assert not make_demo(Console(quiet=True)).made
    assert (demo / "demo.env").read_bytes() == environment
    assert (demo / "demo.env").stat().st_mode & 0o777 == 0o600
