"""Hostile words in a release and on the dashboards (faults 18, 20 to 22), and one that cannot be written (45)."""

import csv
import io
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Dialog

from analytics.open_data import figures_read, files
from analytics.release import MANIFEST, PUBLISHED, AreaCard, Figure, Release, latest, read, write
from analytics.release.bundle import OWN
from dashboards.application import create_dashboards
from dashboards.settings import DashboardSettings
from tests.dashboards.conftest import call, published, release
from tests.dashboards.pages.scenes import strings
from tests.dashboards.test_application import figures
from tests.listening import served
from translations.languages import LANGUAGES

from .naughty import COMMANDS, NAUGHTY
from .server import ROOT

__all__ = ["release"]  # the fixture of the dashboards

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MARKUP = (
    '<a href="https://e.example">click</a> <b>bold</b> <script>alert(1)</script><img src=x onerror=alert(1)> &lt;i&gt; '
    "{{7*7}} %{y} $x^2$"
)


def with_codes(release: Release, code: str) -> Release:
    """The release with this text as the code of everything that has one."""
    area = AreaCard(code, "area", None, dict.fromkeys(LANGUAGES, "a"))
    figure = Figure(code, code, code, code, code, code, code, code, 12, -0.5, 0.1, -0.7, -0.3, 9.0, 1.1, code)
    card = replace(release.indicators[0], id=code, item=code, source=code, filter=code)
    return replace(release, areas=(area,), indicators=(card,), figures=(figure,))


@pytest.mark.parametrize("code", COMMANDS, ids=range(len(COMMANDS)))
def test_fault_22_no_cell_of_a_release_is_a_formula_and_every_text_is_read_again_as_it_was(
    release: Release, code: str
) -> None:
    _no_formula(release, code)


@given(code=st.text(alphabet=st.sampled_from([*"=+-@'\t\r\n\",;a1", "＝"]), max_size=6))
@example(code="''=1")
def test_fault_22_no_text_whatever_becomes_a_formula(release: Release, code: str) -> None:
    _no_formula(release, code)


def without_numbers(figure: Figure) -> Figure:
    """The figure as open data have it where it is not published."""
    return replace(figure, n=None, n_to=None, estimate=None, se=None, low=None, high=None, df=None, deff=None)


def _no_formula(release: Release, code: str) -> None:
    content = with_codes(release, code)
    made = files(content)
    (figure,) = figures_read(made["open/figures.csv"])
    # A status that is not "published" has no number, so that the texts are compared and the number by itself.
    assert figure == without_numbers(content.figures[0])
    for name, least in (("figures", 1), ("indicators", 1), ("areas", 1), ("waves", 1)):
        head, *rows = csv.reader(io.StringIO(made[f"open/{name}.csv"].decode("utf-8-sig"), newline=""), strict=True)
        assert len(rows) >= least
        assert all(column.isidentifier() for column in head)
        assert not [cell for row in rows for cell in row if cell.startswith(FORMULAS)]


def test_fault_22_a_negative_number_stays_a_number(release: Release) -> None:
    shown = replace(with_codes(release, "a").figures[0], status=PUBLISHED)
    content = files(replace(with_codes(release, "a"), figures=(shown,)))["open/figures.csv"]
    (row,) = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert (row["estimate"], row["low"], row["high"]) == ("-0.5", "-0.7", "-0.3")
    assert figures_read(content) == (shown,)


@pytest.fixture
def hostile(release: Release) -> Release:
    """The small release with hostile words for everything that has a name."""

    def bad(where: str) -> dict[str, str]:
        return dict.fromkeys(LANGUAGES, f"{where} {MARKUP}")

    cards = tuple(
        replace(card, name=bad("name"), definition=bad("definition"), base=bad("base"), question=bad("question"),
                source=MARKUP)
        for card in release.indicators
    )  # fmt: skip
    areas = tuple(replace(area, name=bad(area.code)) for area in release.areas)
    shown = published("trust", "w3", 0.4, 0.03, area="a4")
    others = tuple(figure for figure in release.figures if figure.key != shown.key)
    return replace(
        release,
        survey=bad("survey"),
        indicators=cards,
        areas=areas,
        software=MARKUP,
        geometry={**release.geometry, "credit": MARKUP},
        figures=(*others, shown),
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_fault_20_21_a_hostile_name_is_words_in_every_chart(tmp_path: Path, hostile: Release, language: str) -> None:
    write(tmp_path, hostile)
    client = create_dashboards(DashboardSettings(releases=tmp_path)).test_client()
    page = client.get(f"/?lang={language}").text
    assert "<script>alert" not in page
    assert "<img" not in page
    layout: Any = call(client, f"?lang={language}").json
    words = [word for figure in figures(layout) for word in strings(figure)]
    assert sum("&lt;a href=" in word for word in words) >= 6
    assert [
        word for word in words if "<" in word.replace("<br>", "").replace("<b>", "", 1).replace("</b>", "", 1)
    ] == []
    assert '"Markdown"' not in str(layout).replace("'", '"')


@pytest.fixture
def address(tmp_path: Path, hostile: Release) -> Iterator[str]:
    write(tmp_path, hostile)
    dashboards = create_dashboards(DashboardSettings(releases=tmp_path))
    with served(dashboards, "/dashboards") as at:
        yield f"{at}/dashboards/"


@pytest.mark.browser
def test_fault_20_21_a_browser_runs_and_links_nothing_of_a_hostile_release(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    heard: list[str] = []

    def refuse(dialog: Dialog) -> None:
        heard.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    page.on("request", lambda request: heard.append(request.url) if "e.example" in request.url else None)
    page.add_init_script(
        "addEventListener('securitypolicyviolation', event => console.log('policy: ' + event.blockedURI))"
    )
    page.goto(f"{address}?lang=en")
    page.wait_for_selector(".exhibit-map .js-fill")
    assert page.locator("svg a, main img, main script").count() == 0
    assert page.locator("a[href*='e.example']").count() == 0
    ticks = page.locator(".exhibit-ranking .ytick text").all_text_contents()
    assert ticks
    assert all('<ahref="https://e.example">click</a><b>bold</b>' in "".join(tick.split()) for tick in ticks)
    page.locator(".exhibit-ranking .points path").first.hover(force=True)
    page.wait_for_selector(".hoverlayer text")
    assert "<b>bold</b>" in "".join(page.locator(".hoverlayer").all_text_contents())
    assert page.locator(".hoverlayer a").count() == 0
    assert heard == []
    page.close()


def test_fault_18_names_that_reorder_or_flood_reach_no_file_name(tmp_path: Path, release: Release) -> None:
    for text in NAUGHTY[::7]:
        path = write(
            tmp_path,
            replace(with_codes(release, "a"), survey=dict.fromkeys(LANGUAGES, text.encode(errors="replace").decode())),
        )
        assert {file.name for file in path.iterdir()} == {MANIFEST, *OWN}
        assert path.name.isascii()


@pytest.mark.parametrize("limit", [0, 300, 900])
def test_fault_45_a_release_for_which_there_is_no_room_leaves_nothing_behind(
    tmp_path: Path, release: Release, limit: int
) -> None:
    """A process that may write no file larger than this: the first, a middle or the last file of a release fails."""
    first = write(tmp_path, release)
    whole = read(first)
    before = sorted(tmp_path.rglob("*"))
    code = (
        "import sys; from dataclasses import replace; from pathlib import Path; from analytics.release import *;"
        "one = read(Path(sys.argv[1]));"
        "write(Path(sys.argv[1]).parent, replace(one, id='', created='2026-07-01'))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, str(first)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert "File too large" in run.stderr
    assert sorted(tmp_path.rglob("*")) == before
    assert latest(tmp_path) == first
    assert read(first) == whole
