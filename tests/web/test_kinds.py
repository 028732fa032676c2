"""Every kind of item on the site: what it takes and refuses, in three languages, and what reaches the custodian."""

import re
import secrets
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import Engine

from survey_app import engine, intake
from survey_app.engine import Interview, Item, Kind, Missing, Mode, Questionnaire, Status, Step
from survey_app.paradata import Provenance
from survey_app.settings import CollectorSettings
from survey_app.web.application import create_site

from .conftest import HOSTILE, Calendar, put_in_field
from .kinds import KINDS, REPLIES, Sent, at, reply, same, until
from .respondent import Respondent, checked
from .test_journeys import drafts_kept, envelopes

Visit = Callable[..., Respondent]
SEED = 20_260


@pytest.fixture
def fielded(database: Engine) -> Questionnaire:
    return put_in_field(database, KINDS)


@pytest.fixture(autouse=True)
def seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda top: SEED if top == 2**32 else 0)


def directly(language: str) -> Interview:
    """The same answers given to the engine without a site."""
    interview = engine.begin(KINDS, Mode.WEB, language, SEED).interview
    for _, _, raws in REPLIES:
        for name, raw in raws.items():
            interview = engine.answer(KINDS, interview, raw, name).interview
    return engine.complete(KINDS, interview).interview


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_every_kind_reaches_the_custodian_as_the_engine_would_have_it(
    person: Respondent, database: Engine, language: str
) -> None:
    person.start(language)
    for name, sent, raws in REPLIES:
        page = person.get(at(name)).text
        assert f'<html lang="{language}"' in page
        assert page.count("<h1") == 1
        for item in raws:
            label = KINDS.by_name[item].label[language].partition("${")[0].split(" ?")[0].split(" :")[0]
            assert label in page
        assert reply(person, name, sent).status_code == 303
    assert person.get("/review").status_code == 200
    assert person.send().location == f"/thanks?lang={language}"
    (content,) = envelopes(database)
    assert content == intake.payload(KINDS, directly(language), Provenance(hurried=True)).decode()
    assert drafts_kept(database) == 0


@pytest.mark.parametrize(
    ("name", "sent", "says"),
    [
        ("adult", {}, "Choose one of the answers"),
        ("area", {"answer": "n1"}, "Choose one of the answers"),
        ("concerns", {}, "Choose one or more"),
        ("concerns", {"choices": ["theft", "0"]}, "cannot stand together"),
        ("concerns", {"choices": ["theft", "burglary"]}, "Choose one or more"),
        ("concerns", {"choices": ["theft", "drugs", "noise", "traffic"]}, "Three answers at most."),
        ("priorities", {}, "Give each line its own place"),
        ("priorities", {"place.0": "1", "place.1": "2"}, "Give each line its own place"),
        ("priorities", {"place.0": "1", "place.1": "1", "place.2": "2"}, "Give each line its own place"),
        ("priorities", {"place.0": "1", "place.1": "2", "place.2": "4"}, "Give each line its own place"),
        ("priorities", {"place.0": "1", "missing": "98"}, "cannot stand together"),
        ("priorities", {"missing": "patrols"}, "Give each line its own place"),
        ("trust", {}, "Choose one of the answers"),
        ("trust", {"answer": "11"}, "a number from \u20680\u2069 to \u206810\u2069"),
        ("trust", {"answer": "not_applicable"}, "Choose one of the answers"),
        ("times", {"answer": "often"}, "Write a whole number"),
        ("times", {"answer": "3", "missing": "refused"}, "cannot stand together"),
        ("times", {"missing": ["refused", "dont_know"]}, "cannot stand together"),
        ("times", {"missing": "never"}, "Write a whole number"),
        ("distance", {"answer": "near"}, "Write a number in digits"),
        ("distance", {"answer": "100"}, "does not fit here"),
        ("born", {"year": "84"}, "four digits"),
        ("moved", {"month": "13", "year": "2015"}, "Choose the month"),
        ("moved", {"year": "2015-05", "month": "3"}, "Choose the month"),
        ("moved", {"month": "3"}, "Choose the month"),
        ("called", {"day": "31", "month": "2", "year": "2024"}, "Check the date"),
        ("called", {"month": "2", "year": "2024"}, "Check the date"),
        ("helps", {"answer": "9"}, "Choose one of the answers"),
        ("story", {}, "Write an answer in the box"),
        ("story", {"answer": "x" * 2_001}, "more than \u20682000\u2069 characters"),
    ],
)
def test_a_reply_that_does_not_fit_is_asked_again_with_what_to_do(
    person: Respondent, name: str, sent: Sent, says: str
) -> None:
    until(person, name)
    page = reply(person, name, sent)
    assert page.status_code == 422
    summary = re.search(r'role="alert"[^>]*>\s*<p><a href="#([^"]+)">([^<]+)</a>', page.text)
    assert summary
    assert says in summary[2]
    assert f' id="{summary[1]}"' in page.text
    assert person.get("/page").location == at(name)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_refusals_are_said_in_the_language_of_the_page(person: Respondent, language: str) -> None:
    until(person, "adult", language)
    for name, sent, _ in REPLIES[1:]:
        page = reply(person, name, {} if name != "been" else {"answer": "yes"})
        assert page.status_code == 422, name
        assert f'lang="{language}"' in page.text
        reply(person, name, sent)


def test_what_was_sent_is_still_on_the_page_after_a_refusal(person: Respondent) -> None:
    until(person, "concerns")
    assert checked(reply(person, "concerns", {"choices": ["theft", "0"]})) == ["theft", "0"]
    reply(person, "concerns", {"choices": "theft"})
    page = reply(person, "priorities", {"place.0": "2", "place.1": "2"}).text
    assert page.count("<option selected>2</option>") == 2
    until(person, "called")
    page = reply(person, "called", {"day": "31", "month": "2", "year": "2024"}).text
    assert 'value="31"' in page
    assert '<option value="2" selected>February</option>' in page
    assert 'value="2024"' in page


def test_an_earlier_answer_of_every_kind_is_on_its_page_again(person: Respondent) -> None:
    until(person, "")
    assert checked(person.get(at("side"))) == ["south"]
    assert checked(person.get(at("concerns"))) == ["theft", "traffic"]
    selected = re.findall(r"<option selected>(\d)</option>", person.get(at("priorities")).text)
    assert selected == ["2", "1", "3"]
    assert checked(person.get(at("trust"))) == ["7"]
    assert checked(person.get(at("times"))) == ["dont_know"]
    assert 'value="1.5"' in person.get(at("distance")).text
    assert '<option value="8" selected>August</option>' in person.get(at("moved")).text
    page = person.get(at("called")).text
    assert 'value="3"' in page
    assert '<option value="5" selected>May</option>' in page
    assert "سطر أول\n&lt;b&gt;سطر ثان&lt;/b&gt;</textarea>" in person.get(at("story")).text
    # Sent as shown, every page is taken again and changes nothing.
    assert reply(person, "distance", {"answer": "1,5"}).location == "/review"


@pytest.mark.parametrize(
    ("first", "then", "stored"),
    [
        ({"answer": "3"}, {"answer": "3", "missing": "refused"}, '{"missing":"refused"}'),
        ({"missing": "refused"}, {"answer": "3", "missing": "refused"}, 3),
        ({"answer": "3"}, {"answer": "4"}, 4),
    ],
)
def test_what_is_new_counts_where_a_box_is_ticked_beside_an_earlier_answer(
    person: Respondent, database: Engine, first: Sent, then: Sent, stored: object
) -> None:
    until(person, "times")
    assert reply(person, "times", first).status_code == 303
    assert reply(person, "times", then).status_code == 303
    for name, sent, _ in REPLIES[8:]:
        reply(person, name, sent)
    person.send()
    (content,) = envelopes(database)
    assert f'"times":{stored}' in content


def test_ranking_can_be_passed_over_with_its_own_missing_choice(person: Respondent) -> None:
    until(person, "priorities")
    assert reply(person, "priorities", {"missing": "98"}).location == at("trust")
    assert checked(person.get(at("priorities"))) == ["98"]


def test_missing_answers_of_the_policy_are_offered_where_there_is_no_list(person: Respondent) -> None:
    until(person, "times")
    page = person.get(at("times")).text
    assert re.findall(r'type="checkbox" name="missing"[^>]*value="(\w+)\**"', page) == ["dont_know", "refused"]
    assert page.count("choice apart") == 1
    assert 'name="missing"' not in person.get(at("area")).text


def test_choices_are_those_of_this_interview_in_its_order(person: Respondent) -> None:
    until(person, "area")
    offered = re.findall(r'type="radio"[^>]*value="(\w+)\**"', person.get(at("area")).text)
    assert offered == ["s1", "s2", "s3"]
    interview = engine.begin(KINDS, Mode.WEB, "en", SEED).interview
    order = [c.code for c in engine.offered_choices(KINDS, interview, KINDS.by_name["side"])]
    assert re.findall(r'type="radio"[^>]*value="(\w+)\**"', person.get(at("side")).text) == order


def test_earlier_answers_are_piped_fenced_and_escaped(person: Respondent) -> None:
    until(person, "concerns")
    assert "What worries you in \u2068South quarter 2\u2069?" in person.get(at("concerns")).text
    until(person, "been")
    reply(person, "been", {"answer": "yes", "answer@waited": "1", "answer@name": HOSTILE})
    reply(person, "story", {"answer": HOSTILE})
    for path in (at("story"), "/review"):
        page = person.get(path).text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}&lt;img" in page
        assert not re.search("<script(?! src=./survey-)|<img|\u202e", page)


def test_the_items_of_a_page_stand_on_one_screen(person: Respondent) -> None:
    until(person, "been")
    page = person.get(at("been")).text
    assert re.search(r"<h1>The last visit to a station</h1>", page)
    assert re.findall(r"<h2", page) == ["<h2"] * 3
    assert 'name="answer@waited"' in page
    assert "Questions \u206814\u2069 to \u206816\u2069 of \u206817\u2069" in page
    moved = person.get(at("waited"))
    assert (moved.status_code, moved.location) == (303, at("been"))
    assert f'href="{at("listens")}">' in page


def test_every_fault_of_a_page_is_told_at_once_and_linked(person: Respondent) -> None:
    until(person, "been")
    page = reply(person, "been", {"answer@waited": "long", "answer@name": "x" * 300})
    assert page.status_code == 422
    linked = re.findall(r'<li><a href="#([\w-]+)">([^<]+)</a>', page.text)
    assert [label for _, label in linked] == [
        "Have you been to a station?",
        "How many minutes was the wait?",
        "What is the station called?",
    ]
    assert all(f' id="{target}"' in page.text for target, _ in linked)
    assert page.text.count('class="why"') == 3
    assert 'value="long"' in page.text
    right = reply(person, "been", {"answer": "yes", "answer@waited": "long"})
    assert re.findall(r'<li><a href="#([\w-]+)">', right.text) == ["q2-answer"]
    assert checked(person.get(at("been"))) == ["yes"]
    assert person.get(at("waited")).location == at("been") + "#q2"


def test_a_battery_repeats_its_stem_above_each_of_its_items(person: Respondent) -> None:
    until(person, "listens")
    page = person.get(at("listens")).text
    legend = re.search(r"<legend>(.*?)</legend>", page, re.S)
    assert legend
    assert '<span class="stem"' in legend[1]
    assert '<h1 id="label">listen to people?</h1>' in legend[1]


def test_a_module_is_named_where_it_begins(person: Respondent) -> None:
    until(person, "area")
    assert '<p class="module">Your area</p>' in person.get(at("side")).text
    assert "module" not in person.get(at("area")).text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["1.5", "August 2015", "3 May 2024", "1984", "1. \u2068Treating people with respect\u2069"]),
        ("fr", ["1,5", "août 2015", "3 mai 2024", "1984", "1. \u2068Traiter les gens avec respect\u2069"]),
        ("ar", ["1,5", "غشت 2015", "3 ماي 2024", "1984", "1. \u2068معاملة الناس باحترام\u2069"]),
    ],
)
def test_the_review_says_every_answer_in_words(person: Respondent, language: str, said: list[str]) -> None:
    until(person, "", language)
    page = person.get("/review").text
    for words in said:
        assert words in page
    assert page.count('<dd class="said">') == 17 + 1 + 2  # a line for each thing chosen: two concerns, three places
    assert "\u2068سطر أول\n&lt;b&gt;" in page
    assert "twice" not in page
    assert "wording" not in page


def test_a_long_text_is_cut_on_the_review_and_kept_whole(person: Respondent, database: Engine) -> None:
    until(person, "story")
    reply(person, "story", {"answer": "م" * 2_000})
    assert "م" * 200 + "…" in person.get("/review").text
    assert "م" * 201 not in person.get("/review").text
    person.send()
    (content,) = envelopes(database)
    assert "م" * 2_000 in content


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_a_screen_out_deletes_the_draft_and_says_that_nothing_was_kept(
    person: Respondent, database: Engine, language: str
) -> None:
    until(person, "adult", language)
    ended = reply(person, "adult", {"answer": "no"})
    assert (ended.status_code, ended.location) == (303, f"/ended?lang={language}")
    assert (person.cookie, drafts_kept(database), envelopes(database)) == (None, 0, [])
    page = person.get(ended.location)
    assert (page.status_code, page.headers["Cache-Control"]) == (200, "no-store")
    assert f'<html lang="{language}"' in page.text
    assert language != "en" or "Nothing of what you answered was kept" in page.text


def test_a_full_quota_ends_the_same_way(person: Respondent, database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    until(person, "side")

    def full(_form: Questionnaire, interview: Interview, _raws: object) -> Step:
        ended = replace(interview, answers={}, cursor=None, status=Status.QUOTA_FULL)
        return Step(ended, (engine.Accepted("side"), engine.QuotaFilled()))

    monkeypatch.setattr(engine, "answer_page", full)
    assert reply(person, "side", {"answer": "south"}).location == "/ended?lang=en"
    assert (person.cookie, drafts_kept(database)) == (None, 0)


def test_each_interview_draws_its_own_seed(site: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter((1, 2))
    begun: list[int] = []
    begin = engine.begin

    def watched(form: Questionnaire, mode: Mode, language: str, seed: int = 0) -> Step:
        begun.append(seed)
        return begin(form, mode, language, seed)

    monkeypatch.setattr(secrets, "randbelow", lambda _: next(drawn))
    monkeypatch.setattr(engine, "begin", watched)
    Respondent(site).start()
    Respondent(site).start()
    assert begun == [1, 2]


def test_a_long_scale_is_a_box_for_a_number(settings: CollectorSettings, database: Engine, calendar: Calendar) -> None:
    item = Item("s", Kind.SCALE, same("How warm?"), high=100, offers=(Missing.DONT_KNOW,))
    put_in_field(database, engine.checked(Questionnaire("long", same("t"), ("ar", "fr", "en"), (item,))))
    person = Respondent(create_site(settings, database, calendar), "en")
    person.start("en")
    page = person.get("/page/1").text
    assert 'type="radio"' not in page
    assert "A number from \u20680\u2069 to \u2068100\u2069." in page
    assert person.post("/page/1", {"csrf": person.csrf(), "answer": "101"}).status_code == 422
    assert person.post("/page/1", {"csrf": person.csrf(), "answer": "٩٠"}).location == "/review"


def test_all_boxes_of_an_item_send_as_much(person: Respondent) -> None:
    for name in ("side", "concerns", "trust"):
        until(person, name)
        sent = re.findall(r'type="(?:radio|checkbox)"[^>]*value="([^"]*)"', person.get(at(name)).text)
        assert len(sent) > 1
        assert len({len(value) for value in sent}) == 1
