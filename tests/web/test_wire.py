"""What goes over the wire: compressed, of one size, and told to a script in a way that it can follow."""

import gzip

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from survey_app.web.wire import STEP, filled

from .respondent import HOST, Respondent, at


def squeezed(person: Respondent, path: str) -> TestResponse:
    headers = {"Accept-Encoding": "gzip, br", "Accept-Language": "ar"}
    return person.client.get(path, base_url=HOST, headers=headers)


@given(st.binary(max_size=20_000), st.sampled_from([64, 512, STEP]))
def test_what_is_filled_is_read_by_any_reader_and_has_a_size_of_whole_steps(content: bytes, step: int) -> None:
    packed = filled(content, step)
    assert gzip.decompress(packed) == content
    assert len(packed) % step == 0


def test_all_questions_have_one_size_on_the_wire(person: Respondent) -> None:
    person.complete()
    sizes = {len(squeezed(person, at(name)).data) for name in ("welcome", "trust_police", "contact12")}
    assert len(sizes) == 1


def test_a_page_is_the_same_with_and_without_compression(person: Respondent) -> None:
    person.complete()
    page = squeezed(person, at("trust_police"))
    assert page.headers["Content-Encoding"] == "gzip"
    assert page.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(page.data).decode() == person.get(at("trust_police")).text


def test_a_browser_that_takes_no_gzip_gets_none(person: Respondent) -> None:
    for accepted in ("", "br", "gzip;q=0", "identity"):
        page = person.get("/", **{"Accept-Encoding": accepted})
        assert "Content-Encoding" not in page.headers
        assert page.text.startswith("<!doctype html>")


def test_a_script_gets_the_next_question_at_once_and_is_told_where_it_is(person: Respondent) -> None:
    person.start("en")
    moved = person.answer("welcome", None, **{"X-By-Script": "1"})
    assert (moved.status_code, moved.headers["X-Where-To"]) == (200, at("trust_police"))
    assert moved.text == person.get(at("trust_police")).text
    assert moved.headers["Cache-Control"] == "no-store"


def test_a_script_is_told_where_to_go_where_no_question_comes_next(person: Respondent) -> None:
    person.complete()
    moved = person.answer("contact12", "no", **{"X-By-Script": "1"})
    assert (moved.status_code, moved.headers["X-Where-To"], moved.data) == (204, "/review", b"")
    assert "Location" not in moved.headers
    refused = person.answer("trust_police", "7", **{"X-By-Script": "1"})
    assert refused.status_code == 422
    assert "X-Where-To" not in refused.headers
