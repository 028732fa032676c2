"""The SVG poster in a real browser: its code is read from the screen, and its text keeps to the sheet."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL.Image import open as picture_of
from playwright.sync_api import BrowserContext

from survey_app.instrument import Instrument
from survey_app.paper.poster import poster
from survey_app.paper.svg import svg

from ..paper.pictures import read_codes

pytestmark = pytest.mark.browser
BOXES = """() => [...document.querySelectorAll('text')].map(text => {
    const box = text.getBBox();
    return [box.x, box.y, box.x + box.width, box.y + box.height];
})"""


def test_every_poster_opens_with_its_code_readable_and_its_text_on_the_sheet(
    phone: Callable[..., BrowserContext], instrument: Instrument, screenshots: Path, tmp_path: Path
) -> None:
    page = phone(794, 1123, script=True).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for area in (area for area in instrument.areas.areas if area.level == instrument.level):
        address = f"https://survey.example.org/a/{area.code}"
        file = tmp_path / f"{area.code}.svg"
        file.write_bytes(svg(poster(instrument.title, area.names, address, "05 22 00 11 22", demo=True)))
        page.goto(file.as_uri())
        shown = page.screenshot(path=screenshots / "poster.png")
        assert [code.text for code in read_codes(picture_of(io.BytesIO(shown)))] == [address]
        boxes = page.evaluate(BOXES)
        assert len(boxes) > 12
        assert min(box[0] for box in boxes) > 19
        assert max(box[2] for box in boxes) < 191
        assert max(box[3] for box in boxes) < 287
    assert all(url.startswith("file:") for url in asked)
