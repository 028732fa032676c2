"""The rehearsal of a campaign: nothing lost, doubled, misplaced or sent after STOP, and the rehearsal would see it."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from nacl.public import PrivateKey
from sqlalchemy import Engine

from deploy.campaign import findings, run, verb
from deploy.campaign.crowd import crowd
from deploy.campaign.findings import FAULTS, Findings, compare
from deploy.campaign.people import Screen, meant
from deploy.command import main
from sms.campaign import opening
from sms.campaign.progress import Progress
from sms.carriers.pretended import Conduct
from sms.sending import outbox
from sms.sending.delivery import Worker
from sms.sending.rules import Rules
from sms.talk.conversation import Conversation, State, reply
from sms.talk.wording import Terms
from survey_app.engine import Status
from survey_app.instrument import Instrument
from survey_app.paradata import Design

PEOPLE, SEED = 120, 4


def rehearsed(engine: Engine, folder: Path, instrument: Instrument, count: int, seed: int = SEED) -> Findings:
    private = PrivateKey.generate()
    settings = run.settings_for("sqlite://", folder / "keys", private)
    rehearsal = run.Rehearsal(engine, settings, instrument, seed)
    return rehearsal.run(crowd(instrument, count, seed), private)


def test_a_campaign_loses_doubles_and_misplaces_nothing(engine: Engine, tmp_path: Path, instrument: Instrument) -> None:
    found = rehearsed(engine, tmp_path, instrument, PEOPLE)
    assert {name: found.total(name) for name in FAULTS} == dict.fromkeys(FAULTS, 0)
    assert (found.extra, found.wrong, found.faults) == (0, [], 0)
    assert found.total("invited") == PEOPLE
    assert found.total("completed") > PEOPLE * 0.4
    assert found.total("stopped") > 3
    refused = (Conduct.INVALID, Conduct.LANDLINE, Conduct.DROPPED, Conduct.FAILS_LATER)
    assert not any(found.counts[how, "delivered"] for how in refused)
    assert found.progress
    assert found.progress.counts.complete == found.total("completed")
    assert 0.4 < (found.progress.rates["RR1"] or 0) < (found.progress.rates["RR6"] or 0) < 1


def test_there_are_people_of_every_kind_and_the_same_seed_gives_the_same(instrument: Instrument) -> None:
    people = crowd(instrument, PEOPLE, SEED)
    kinds = Counter(person.conduct for person in people)
    assert set(kinds) == set(Conduct)
    assert min(kinds.values()) >= 3
    assert len({person.number for person in people}) == PEOPLE
    assert all(person.number.startswith("+999") for person in people)
    known = sum(person.case.area is not None for person in people)
    assert PEOPLE / 3 < known < PEOPLE * 2 / 3
    assert all(person.case.area in (None, person.meant["area"]) for person in people)
    assert {None, "ar", "fr", "en"} == {person.case.language for person in people}
    same = [(person.case, person.meant) for person in crowd(instrument, PEOPLE + 10, SEED)]
    assert [(person.case, person.meant) for person in people] == same[:PEOPLE]
    assert meant(instrument.questionnaire, "fr", people[0].meant).status is Status.COMPLETED


def test_every_question_is_known_by_its_words_in_each_language(instrument: Instrument) -> None:
    form, screen = instrument.questionnaire, Screen.of(instrument.questionnaire)
    person = crowd(instrument, 1, 1)[0]
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
    send = Worker.send

    def twice(worker: Worker) -> Counter[str]:
        done = send(worker)
        if handed := worker.carriers[run.CHANNEL.name].handed:  # type: ignore[attr-defined]  # it is the pretended one
            worker.carriers[run.CHANNEL.name].send(handed[0])
            monkeypatch.setattr(Worker, "send", send)
        return done

    monkeypatch.setattr(Worker, "send", twice)
    found = rehearsed(engine, tmp_path, instrument, 5)
    assert found.total("doubled") >= 1
    assert any("messages paid" in wrong for wrong in found.wrong)


def test_what_is_never_sent_is_found(
    engine: Engine, tmp_path: Path, instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Worker, "send", lambda _: Counter())
    assert rehearsed(engine, tmp_path, instrument, 5).total("lost") == 5


def test_what_is_sent_at_night_or_too_often_is_found(
    engine: Engine, tmp_path: Path, instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "declared", lambda *_: Rules())
    assert rehearsed(engine, tmp_path, instrument, 5).total("untimely") >= 3


def test_a_wrong_design_weight_is_found(
    engine: Engine, tmp_path: Path, instrument: Instrument, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "Design", lambda stratum, psu, weight: Design(stratum, psu, weight + 1))
    assert rehearsed(engine, tmp_path, instrument, 6).total("misplaced") >= 1


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
    people = crowd(instrument, 15, 1)
    rehearsal.run(people, private)
    done = [person for person in people if person.done]
    other = replace(done[0], meant={**done[0].meant, "pj_fair": "1" if done[0].meant["pj_fair"] != "1" else "2"})
    again = Findings()
    compare(engine, instrument.questionnaire, run.WAVE, [other], again)
    assert again.total("misplaced") == 1


def test_what_two_processes_found_is_added(engine: Engine, tmp_path: Path, instrument: Instrument) -> None:
    one, both = rehearsed(engine, tmp_path, instrument, 3), Findings()
    for _ in range(2):
        both.add(one)
    assert both.progress
    assert one.progress
    assert both.total("invited") == 6
    assert both.progress.counts.complete == 2 * one.progress.counts.complete
    assert both.progress.cost == 2 * one.progress.cost > 0
    assert both.progress.rates == one.progress.rates


def test_the_verb_shows_a_table_and_ends_with_an_error_if_there_are_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verb, "WORTH_ONE", 4)  # two processes
    monkeypatch.setattr(findings, "progress", lambda *_: Progress("rehearsal", {}, {}, {}, (), ()))
    result = CliRunner().invoke(main, ["sms", "rehearse", "--people", "8"], env={"COLUMNS": "160"})
    assert result.exit_code == 1
    assert "misplaced" in result.output
    assert "RR6" in result.output
    assert result.output.count("people invited: 0, counted 4.") == 2
    assert "faults" in result.output
