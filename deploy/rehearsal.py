"""An interview held in the terminal: the questions as a channel words them, the replies typed, the events shown.

Nothing is stored, sent or sealed; what was answered is printed at the end and gone.
"""

from collections.abc import Callable, Iterator

from rich.console import Console

from sms.segments import segments
from sms.talk.commands import Command, Word, command
from sms.talk.conversation import Conversation, State, reply
from sms.talk.wording import Terms
from survey_app.engine import (
    Event,
    Interview,
    Item,
    Kind,
    Missing,
    Mode,
    Questionnaire,
    Status,
    Step,
    answer,
    back,
    begin,
    canonical,
    complete,
    current,
    offered_choices,
    place,
    stop,
    submission,
    switch_language,
    worded,
)

TERMS = Terms("http://127.0.0.1:8000", free=False)
Typed = Callable[[], str | None]  # the next line, or None when there are no more


def by_text(questionnaire: Questionnaire, language: str, seed: int, typed: Typed, console: Console) -> Interview | None:
    """The conversation as a telephone would have it, from consent on; the completed interview, or None."""
    # START after a stop greets in the language that is known, whatever languages the form has.
    conversation = Conversation("rehearsal", state=State.STOPPED, language=language, seed=seed)
    text: str | None = "start"
    while text is not None:
        turn = reply(questionnaire, conversation, text, TERMS)
        conversation = turn.conversation
        _show_events(turn.events, console)
        for message in turn.messages:
            console.print(message)
            size = segments(message)
            console.print(f"({size.parts} × {size.encoding})", style="dim")
        if turn.completed or conversation.state in (State.DONE, State.STOPPED):
            return turn.completed
        text = typed()
    return None


def by_web(questionnaire: Questionnaire, language: str, seed: int, typed: Typed, console: Console) -> Interview | None:
    """The questions of the pages, one by one, answered by codes; the completed interview, or None."""
    interview = begin(questionnaire, Mode.WEB, language, seed).interview
    while interview.status is Status.OPEN:
        item = current(questionnaire, interview)
        if item is None:
            step = complete(questionnaire, interview)
        else:
            for line in _page(questionnaire, interview, item):
                console.print(line)
            reply_line = "" if item.kind is Kind.NOTE else typed()
            if reply_line is None:
                return None
            step = _moved(questionnaire, interview, item, reply_line)
        _show_events(step.events, console)
        interview = step.interview
    return interview if interview.status is Status.COMPLETED else None


def show_answers(questionnaire: Questionnaire, interview: Interview | None, console: Console) -> None:
    """The canonical answers, or that there are none."""
    kept = canonical(questionnaire, interview).decode() if interview else "No answers: the interview was not completed."
    console.print(kept)


def _page(questionnaire: Questionnaire, interview: Interview, item: Item) -> Iterator[str]:
    known, language = submission(questionnaire, interview), interview.language
    number, total = place(questionnaire, interview)
    texts = [worded(questionnaire, known, text, language) for text in (item.stem, item.label, item.hint) if text]
    yield ("" if item.kind is Kind.NOTE else f"{number}/{total} ") + "\n".join(filter(None, texts))
    for choice in offered_choices(questionnaire, interview, item):
        yield f"  [{choice.code}] {worded(questionnaire, known, choice.label, language)}"
    if item.kind is Kind.SCALE:
        ends = (worded(questionnaire, known, text, language) for text in (item.low_label, item.high_label))
        yield f"  {item.low} … {item.high} ({' … '.join(ends)})"
    for kind in item.offers:
        yield f"  [{kind.value}]"


def _moved(questionnaire: Questionnaire, interview: Interview, item: Item, line: str) -> Step:
    said = command(line) or Command(Word.REPEAT)
    match said.word:
        case Word.STOP:
            return stop(interview)
        case Word.BACK:
            return back(questionnaire, interview)
        case Word.LANGUAGE if said.language:
            return switch_language(questionnaire, interview, said.language)
        case Word.SKIP:
            return answer(questionnaire, interview, None)
    offered = line.strip() in {kind.value for kind in item.offers}
    return answer(questionnaire, interview, Missing(line.strip()) if offered else line)


def _show_events(events: tuple[Event, ...], console: Console) -> None:
    for event in events:
        fields = (str(getattr(event, name)) for name in type(event).__slots__)
        console.print(" ".join(("·", type(event).__name__, *fields)), style="dim")
