"""The ways in: posters, invitations, assistance on one device, resume codes; and what each may and may not do."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import Engine, func
from sqlmodel import select

from survey_app import engine, invitations, pauses
from survey_app.codes import ALPHABET, CODE_CHARS, grouped, new_code, read_code
from survey_app.engine import Choice, Item, Kind, Questionnaire
from survey_app.invitations import Invitation
from survey_app.paradata import Entry
from survey_app.settings import CollectorSettings
from survey_app.storage.database import reading, writing
from survey_app.storage.tables import InvitationRow, PauseRow
from survey_app.wavekeys import WaveKeys
from survey_app.web.application import create_site

from .conftest import YES_NO, Calendar, put_in_field, words
from .respondent import Respondent, at, checked, hidden
from .test_faults import at_once
from .test_journeys import drafts_kept, envelopes

Arrive = Callable[..., Respondent]
KEY = bytes(range(32))


def with_areas() -> Questionnaire:
    areas = tuple(Choice(code, words(code, code, code)) for code in ("06.1", "06.2"))
    items = (
        Item("area", Kind.AREA, words("أين؟", "Où ?", "Where?"), choices=areas, required=True),
        Item("contact12", Kind.SINGLE, words("هل؟", "Est-ce ?", "Any contact?"), choices=YES_NO, required=True),
    )
    return engine.checked(Questionnaire("areas", words("ع", "T", "T"), ("ar", "fr", "en"), items))


@pytest.fixture
def settings(settings: CollectorSettings) -> CollectorSettings:
    return settings.model_copy(update={"site_key": SecretStr(KEY.hex())})


def invite(database: Engine, entry: Entry = Entry.INVITED, area: str = "", starts: int = 2) -> str:
    with writing(database) as session:
        (code,) = invitations.issue(session, KEY, Invitation(entry, "2026-1", area), 1, starts)
    return code


def starts_left(database: Engine) -> int:
    with reading(database) as session:
        return session.exec(select(func.sum(InvitationRow.starts))).one()


def test_codes_are_letters_and_digits_that_cannot_be_mistaken() -> None:
    code = new_code()
    assert len(code) == CODE_CHARS
    assert set(code) <= set(ALPHABET)
    assert not set(ALPHABET) & set("IO01")
    assert read_code(f"  {grouped(code).lower()} ") == code
    for wrong in ("", code[:-1], code + "A", "0" * 12, "١" * 12, "A" * 10_000, "ABCD-EFGH-JKL!", "\x00" * 12):
        assert read_code(wrong) is None


def test_a_posters_area_is_suggested_and_never_taken_as_an_answer(
    settings: CollectorSettings, database: Engine, calendar: Calendar
) -> None:
    put_in_field(database, with_areas())
    person = Respondent(create_site(settings, database, calendar), "en")
    page = person.get("/a/06.2")
    assert page.status_code == 200
    assert person.cookie is None
    assert "Set-Cookie" not in page.headers
    person.post("/start?lang=en", {"area": hidden(page, "area")})
    assert checked(person.get("/page/1")) == ["06.2"]
    assert person.get("/review").location == "/page/1"
    csrf = person.csrf()
    person.post("/page/1", {"csrf": csrf, "answer": "06.1"})
    assert checked(person.get("/page/1")) == ["06.1"]
    person.post("/page/2", {"csrf": csrf, "answer": "no"})
    person.send()
    (content,) = envelopes(database)
    assert '"area":"06.1"' in content
    assert '"entry":"poster"' in content


@pytest.mark.parametrize("area", ["99", "06.2'--", "%2e%2e", "<b>", "a" * 500])
def test_a_poster_of_an_unknown_area_is_an_open_link(person: Respondent, area: str) -> None:
    page = person.get(f"/a/{area}?lang=fr")
    assert page.status_code in (303, 404)
    if page.status_code == 303:
        assert page.location == "/?lang=fr"
    forged = person.post("/start", {"area": area})
    assert forged.location == at("welcome")


def test_fault_14_looking_at_an_invitation_spends_nothing(arrive: Arrive, database: Engine) -> None:
    code = invite(database)
    for _ in range(5):
        page = arrive("en").get(f"/i/{grouped(code).lower()}")
        assert page.status_code == 200
        assert hidden(page, "code") == code
        assert "Set-Cookie" not in page.headers
    assert starts_left(database) == 2


def test_fault_14_an_invitation_starts_twice_and_never_thrice(arrive: Arrive, database: Engine) -> None:
    code = invite(database)
    for _ in range(2):
        assert arrive("en").post("/start", {"code": code}).location == at("welcome")
    refused = arrive("en").post("/start?lang=en", {"code": code})
    assert refused.status_code == 404
    assert "does not open the survey" in refused.text
    assert drafts_kept(database) == 2


def test_fault_14_used_at_the_same_instant_an_invitation_gives_what_it_has(site: Flask, database: Engine) -> None:
    code = invite(database, starts=1)
    answers = at_once(site, None, [("/start", {"code": code})] * 8)
    assert sorted(page.status_code for page in answers) == [303] + [404] * 7
    assert (starts_left(database), drafts_kept(database)) == (0, 1)


def test_fault_14_wrong_and_used_are_told_alike(arrive: Arrive, database: Engine) -> None:
    used, wrong = invite(database, starts=1), new_code()
    arrive("en").post("/start", {"code": used})
    seen = {re.sub(r"[A-Z0-9]{12}", "", arrive("en").get(f"/i/{code}?lang=en").text) for code in (used, wrong, "AAAA")}
    assert len(seen) == 1


def test_fault_14_guessing_at_speed_is_slowed_down_for_that_connection_only(arrive: Arrive, database: Engine) -> None:
    code = invite(database)
    guesser, other = arrive("en"), arrive("en")
    statuses = [guesser.get(f"/i/{new_code()}").status_code for _ in range(30)]
    assert statuses[:20] == [404] * 20
    assert set(statuses[20:]) == {429}
    assert guesser.get(f"/i/{code}").status_code == 429
    assert guesser.post("/start", {"code": code}).status_code == 429
    there = {"REMOTE_ADDR": "192.0.2.7"}
    page = other.client.get(f"/i/{code}", base_url="https://survey.example", environ_overrides=there)
    assert page.status_code == 200


def test_an_invitation_is_known_only_by_a_keyed_hash(database: Engine, fielded: Questionnaire) -> None:
    code = invite(database)
    with reading(database) as session:
        (row,) = session.exec(select(InvitationRow)).all()
        assert code not in row.id
        assert invitations.look(session, KEY, code, "2026-1")
        assert invitations.look(session, bytes(32), code, "2026-1") is None
        assert invitations.look(session, KEY, code, "2026-2") is None


def test_the_way_in_reaches_the_custodian(arrive: Arrive, database: Engine) -> None:
    person = arrive("en")
    person.post("/start", {"code": invite(database)})
    for name, reply in (("welcome", None), ("trust_police", "2"), ("contact12", "no")):
        person.answer(name, reply)
    person.send()
    (content,) = envelopes(database)
    assert '"entry":"invited"' in content


def test_without_an_open_link_the_first_page_asks_for_the_code(
    settings: CollectorSettings, database: Engine, calendar: Calendar, fielded: Questionnaire
) -> None:
    person = Respondent(create_site(settings.model_copy(update={"open_link": False}), database, calendar), "en")
    code = invite(database)
    page = person.get("/")
    assert "Code of the invitation" in page.text
    assert person.post("/start").status_code == 200
    assert drafts_kept(database) == 0
    assert person.get("/a/06.1").location == "/"
    assert person.post("/invitation", {"code": grouped(code)}).location == f"/i/{code}?lang=en"
    assert person.post("/invitation", {"code": "nothing"}).status_code == 404
    assert person.post("/start", {"code": code}).location == at("welcome")


def test_assisted_answers_are_confirmed_by_the_person_and_the_next_starts_blank(
    arrive: Arrive, database: Engine
) -> None:
    code = invite(database, Entry.ASSISTED, starts=10)
    device = arrive("en")
    page = device.get(f"/i/{code}")
    assert "No police officer may be present" in page.text
    device.post("/start?lang=en", {"code": code})
    for name, reply in (("welcome", None), ("trust_police", "0"), ("contact12", "no")):
        device.answer(name, reply)
    assert "these are my own answers" in device.get("/review").text
    unconfirmed = device.send()
    assert unconfirmed.status_code == 422
    assert '<a href="#own">' in unconfirmed.text
    assert envelopes(database) == []
    sent = device.post("/send?lang=en", {"csrf": device.csrf(), "confirmed": "yes"})
    assert sent.location == f"/thanks?lang=en&next={code}"
    (content,) = envelopes(database)
    assert '"mode":"assisted"' in content
    assert '"entry":"assisted"' in content
    assert device.cookie is None
    thanks = device.get(sent.location)
    assert f'href="/i/{code}?lang=en"' in thanks.text
    device.post("/start", {"code": code})
    device.answer("welcome", None)
    assert checked(device.get(at("trust_police"))) == []


def test_a_person_without_help_is_not_asked_to_confirm(person: Respondent, database: Engine) -> None:
    person.complete()
    assert "confirmed" not in person.get("/review").text
    person.send()
    assert len(envelopes(database)) == 1


def test_a_resume_code_moves_the_interview_to_another_browser_once(arrive: Arrive, database: Engine) -> None:
    first, second, third = arrive("en"), arrive("fr"), arrive("ar")
    first.complete()
    secret = first.cookie
    page = first.post("/pause", {"csrf": first.csrf()})
    found = re.search(r'<bdi dir="ltr">([A-Z0-9-]{14})</bdi>', page.text)
    assert found
    assert first.cookie is None
    assert page.headers["Clear-Site-Data"] == '"cache", "storage"'
    code = found[1]
    assert second.post("/resume", {"code": code.lower()}).location == "/page"
    assert checked(second.get(at("trust_police"))) == ["2"]
    assert second.cookie != secret
    assert third.post("/resume", {"code": code}).status_code == 422
    first.cookie = secret or ""
    assert first.get(at("trust_police")).status_code == 410
    second.send()
    assert len(envelopes(database)) == 1


def test_a_resume_code_expires_with_its_draft(arrive: Arrive, calendar: Calendar) -> None:
    person, later = arrive("en"), arrive("en")
    person.start("en")
    page = person.post("/pause", {"csrf": person.csrf()})
    code = re.findall(r'<bdi dir="ltr">([A-Z0-9-]{14})</bdi>', page.text)[0]
    calendar.today += timedelta(days=3)
    refused = later.post("/resume?lang=en", {"code": code})
    assert refused.status_code == 422
    assert "opens nothing" in refused.text
    assert "ltr" in refused.text


def test_who_has_no_interview_gets_no_resume_code(person: Respondent) -> None:
    assert person.post("/pause").status_code == 410


def test_fault_60_a_stolen_table_of_pauses_opens_nothing(arrive: Arrive, database: Engine, wave_keys: WaveKeys) -> None:
    person = arrive("en")
    person.complete()
    person.post("/pause", {"csrf": person.csrf()})
    with reading(database) as session:
        (row,) = session.exec(select(PauseRow)).all()
    assert row.id not in row.sealed.hex()
    with writing(database) as session:
        assert pauses.take_up(session, wave_keys, pauses.Stretched(row.id, bytes(32)), Calendar().today) is None


def test_fault_13_a_device_that_is_passed_on_shows_nothing_of_the_one_before(arrive: Arrive, database: Engine) -> None:
    code = invite(database, Entry.ASSISTED, starts=10)
    device = arrive("en")
    device.post("/start", {"code": code})
    device.answer("welcome", None)
    device.answer("trust_police", "0")
    device.post("/start", {"code": code, "csrf": device.csrf()})
    assert drafts_kept(database) == 1
    assert device.get(at("trust_police")).location == at("welcome")


def test_opening_a_last_page_from_elsewhere_takes_nothing_from_who_is_answering(person: Respondent) -> None:
    person.complete()
    for path in ("/thanks", "/left", "/ended"):
        page = person.get(path, **{"Sec-Fetch-Site": "cross-site"})
        assert "Set-Cookie" not in page.headers
        assert "cookies" not in page.headers["Clear-Site-Data"]
    assert checked(person.get(at("trust_police"))) == ["2"]
