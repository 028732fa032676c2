"""The time of one answer: a questionnaire of N items with conditions, answered from the first to the last.

    python -m benchmarks.answer --items 30

The floor in the same run is a bare dict that takes one more key and is copied, as any frozen state must be. Prints
microseconds an answer for both, and their ratio.
"""

import time

import click
from rich.console import Console
from rich.table import Table

from survey_app.engine import Choice, Item, Kind, Mode, Questionnaire, answer, begin, checked, parse

TEXT = {"ar": "نص", "fr": "texte", "en": "text"}
CODES = ("0", "1", "2", "3")


def questionnaire(items: int) -> Questionnaire:
    """Single choices, every fifth one asked only after a certain answer."""
    choices = tuple(Choice(code, TEXT) for code in CODES)
    made = [
        Item(f"q{n}", Kind.SINGLE, TEXT, choices=choices, relevant=parse(f"${{q{n - 1}}} >= 1") if n % 5 == 4 else None)
        for n in range(items)
    ]
    return checked(Questionnaire("benchmark", TEXT, tuple(TEXT), tuple(made)))


def interview(form: Questionnaire) -> int:
    """Answer every item; returns how many answers that took."""
    state, taken = begin(form, Mode.WEB, "fr").interview, 0
    while state.cursor is not None:
        state = answer(form, state, CODES[taken % 3 + 1]).interview
        taken += 1
    return taken


def floor(items: int) -> None:
    """The copies that a frozen state cannot do without."""
    state: dict[str, str] = {}
    for number in range(items):
        state = {**state, f"q{number}": "1"}


@click.command()
@click.option("--items", default=30, show_default=True)
@click.option("--rounds", default=200, show_default=True)
def main(items: int, rounds: int) -> None:
    """Measure. Changes nothing."""
    form = questionnaire(items)
    answers = interview(form)
    best: dict[str, float] = {}
    for _ in range(5):
        for name, run in (("engine", lambda: interview(form)), ("floor", lambda: floor(answers))):
            started = time.perf_counter()
            for _ in range(rounds):
                run()
            took = (time.perf_counter() - started) / rounds / answers * 1e6
            best[name] = min(best.get(name, took), took)
    table = Table("", "µs an answer", title=f"{items} items, best of 5 x {rounds} interviews")
    table.add_row("engine", f"{best['engine']:.1f}")
    table.add_row("floor (dict copies)", f"{best['floor']:.2f}")
    table.add_row("ratio", f"{best['engine'] / best['floor']:.0f}")
    Console().print(table)


if __name__ == "__main__":
    main()
