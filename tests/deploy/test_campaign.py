"""The rehearsal of a campaign: nothing lost, doubled, misplaced or sent after STOP, and the rehearsal would see it."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from nacl.public import PrivateKey
from sqlalchemy import Engine

from deploy.campaign import run
from deploy.campaign.findings import FAULTS, Findings, compare
from deploy.campaign.people import Screen, meant
from deploy.command import main
from sms.carriers.pretended import Conduct
from sms.sending import outbox
from sms.sending.delivery import deliver
from sms.talk.conversation import Conversation, State, reply
from sms.talk.wording import Terms
from survey_app.engine import Status
from survey_app.instrument import Instrument


def rehearsed(engine: Engine, folder: Path, instrument: Instrument, count: int, seed: int = 1) -> Findings:
    private = PrivateKey.generate()
    settings = run.settings_for("sqlite://", folder / "keys", private)
    rehearsal = run.Rehearsal(engine, settings, instrument, seed)
    return rehearsal.run(run.crowd(instrument, count, seed), private, lambda _: None)


def test_a_campaign_loses_doubles_and_misplaces_nothing(engine: Engine, tmp_path: Path, instrument: Instrument) -> None:
    found = rehearsed(engine, tmp_path, instrument, 200)
    assert {name: found.total(name) for name in FAULTS} | {"extra": found.extra} == dict.fromkeys((*FAULTS, "extra"), 0)
    assert found.total("invited") == 200
    assert found.total("completed") > 80
    assert found.total("stopped") > 10
    refused = (Conduct.INVALID, Conduct.LANDLINE, Conduct.DROPPED, Conduct.FAILS_LATER)
    assert not any(found.counts[how, "delivered"] for how in refused)


def test_there_are_people_of_every_kind_and_the_same_seed_gives_the_same(instrument: Instrument) -> None:
    people = run.crowd(instrument, 200, 1)
    assert set(Conduct) == {person.conduct for person in people}
    assert len({person.number for person in people}) == 200
    assert all(person.number.startswith("+999") for person in people)
    assert [person.meant for person in people] == [person.meant for person in run.crowd(instrument, 200, 1)]
    assert meant(instrument.questionnaire, "fr", people[0].meant).status is Status.COMPLETED


def test_every_question_is_known_by_its_words_in_each_language(instrument: Instrument) -> None:
    form, screen = instrument.questionnaire, Screen.of(instrument.questionnaire)
    person = run.crowd(instrument, 1, 1)[0]
    terms = Terms("https://survey.example", free=False)
    for language in form.languages:
        talk = reply(form, Conversation("w", state=State.STOPPED, language=language), "start", terms).conversation
        turn, asked = reply(form, talk, "1", terms), []
        while turn.completed is None:
            interview = turn.conversation.interview
            assert interview is not None
            asked.append(screen.question(turn.messages[-1], language))
            assert asked[-1] == interview.cursor
            codes = [choice.code for choice in form.by_name[str(asked[-1])].choices]
            number = codes.index(str(person.meant[str(asked[-1])])) + 1
            turn = reply(form, turn.conversation, str(number), terms)
        assert Counter(asked) == Counter(screen.asked)


def test_what_is_handed_over_twice_is_found(
    engine: Engine, tmp_path: Path, instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    def twice(settings: object, engine: object, carrier: object, clock: object) -> object:
        done = deliver(settings, engine, carrier, clock)  # type: ignore[arg-type]  # as they come
        if carrier.handed:  # type: ignore[attr-defined]
            carrier.send(carrier.handed[0])  # type: ignore[attr-defined]
            monkeypatch.setattr(run, "deliver", deliver)
        return done

    monkeypatch.setattr(run, "deliver", twice)
    assert rehearsed(engine, tmp_path, instrument, 5).total("doubled") >= 1


def test_what_is_never_sent_is_found(
    engine: Engine, tmp_path: Path, instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "deliver", lambda *_: Counter())
    monkeypatch.setattr(run, "close_wave", lambda *_: None)
    assert rehearsed(engine, tmp_path, instrument, 5).total("lost") == 10


def test_what_is_sent_after_stop_is_found(
    engine: Engine, tmp_path: Path, instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    from deploy.campaign import people

    monkeypatch.setattr(people, "STOPPING", 0.5)
    monkeypatch.setattr(outbox, "withdraw", lambda *_: 0)
    assert rehearsed(engine, tmp_path, instrument, 20).total("after stop") >= 1


def test_an_answer_on_another_question_is_found(engine: Engine, tmp_path: Path, instrument: Instrument) -> None:
    private = PrivateKey.generate()
    rehearsal = run.Rehearsal(engine, run.settings_for("sqlite://", tmp_path / "keys", private), instrument, 1)
    people = run.crowd(instrument, 15, 1)
    rehearsal.run(people, private, lambda _: None)
    done = [person for person in people if person.done]
    other = replace(done[0], meant={**done[0].meant, "pj_fair": "1" if done[0].meant["pj_fair"] != "1" else "2"})
    again = Findings()
    compare(engine, instrument.questionnaire, run.WAVE, [other], again)
    assert again.total("misplaced") == 1


def test_the_verb_shows_a_table_and_ends_with_an_error_if_there_are_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "close_wave", lambda *_: None)  # nothing is opened: all who completed are missing
    result = CliRunner().invoke(main, ["sms", "rehearse", "--people", "12"], env={"COLUMNS": "160"})
    assert result.exit_code == 1
    assert "misplaced" in result.output
    assert "faults" in result.output
