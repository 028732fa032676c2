"""The search: every byte of a place, for every spelling of every canary; and the lists of what may be there.

Eight bytes at each position are looked up among the beginnings of all spellings, so that a hundred megabytes and some
thousand spellings take seconds.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from survey_app.storage.database import UNREADABLE

from .canaries import Canary, spellings
from .street import Heard

WIDTH = 8
AROUND = 60
ON_PAPER = ("invitation", "assistance code")
PLACES = r"\w+ at ([\w<>]+\.?\w*:\d+, )*[\w<>]+\.?\w*:\d+"
STAMP = r"\[[\d: +,-]+\] "
SETTING = r"THIQA_[A-Z_]+ (is not set|must [^.\n]+?|Input should be [\w ,]+|asked\.toml: cannot be read \(\w+\))\."
LINES = (
    r"",
    r"[┏┡└┳┻┓┩┴┘━─╇┴├┼┤]+",
    r"[┃│](( [\w,.:%='()-]+( [\w,.:%='()-]+)*)? +[┃│])+",
    r" +(Nothing is written|Invited|Wave 2026-1|Rates?|Spending|Channels|What [\w ]+)( \([\w .,]+\))? *",
    r'[ \]}\[{]*("[\w ,.-]+": )?("[\w ,.-]*"|[\d.]+|true|false|null|[\[{]+)?[\]}]*,?',  # JSON
    r"Error: the first row must name the columns, telephone among them",
    r"Error: after row \d+ a quotation mark is not closed, or stands in the middle of a cell",
    r"Stopped; what waits stays in the outbox\.",
    r"Trail: \d+ records\. Note this hash: [0-9a-f]{64}",
    r"Only \d+ were left: whoever knows who came last knows it of so few\.",
    r"invitations\.csv: 3 invitations to 2026-1\. Print them, then delete the file: there is no other copy\.",
    r"[A-Z2-9-]{14}  https://survey\.example/i/[A-Z2-9]{12}",
    r"Up to 5 interviews may start under it\. Open the address on the device; it is not shown again\.",
    rf"Error: ({SETTING} )+See docs/configuration\.md\.",
    rf"({SETTING} )+See docs/configuration\.md\.",
    re.escape(UNREADABLE),
    rf"Error: The database of THIQA_DATABASE_URL cannot be used: {PLACES}",
    r"Error: the database cannot be used \(\w+\)",
    r"Next: thiqa release (build|publish [\w-]+|verify)|Nothing is new; the last release stands\.",
    r"It is not signed\. Make a key with: thiqa release keygen|Nothing was published yet\. Next: thiqa release build",
    r"The chain is whole\. Next: compare this hash with the one that was noted: [0-9a-f]{64}",
    r"Nothing was opened: no wave is closed or has \d+ envelopes waiting\.",
    r"Error: No wave has 100 responses yet\.( The last release stands\.)?",
    r"(Opened \d+; p|P)ublished /[\w./-]+",
    r"[\w-]+: every file is what the manifest says; \d+ of \d+ figures are shown\.",
    r"storage did not serve a request: \w+",
    r"(a text waits|texts wait) on disk: \w+|a (receipt|request|text that waited) (was not|could not be) \w+: \w+",
    r"a channel was heard, and it was not noted: \w+",
    r"Left out, [a-z ]+: row [\d, ]+( and \d+ more \(--json names all\))?",
    r"Next: thiqa sms send --forever, and to watch: thiqa sms progress 2026-1\.( The same again invites .+ left\.)?",
    r"Nothing was written\. To invite them: the same without --dry-run",
    r"At most [\d.]+ USD, if all \d+ read it in \w\w: [\d.]+ a person\. Next: thiqa sms invite WAVE .+",
    r"ALARM: [\w ,:.()-]+|No channel is silent\.",
    r"error ignored terminating <psycopg\.Pipeline \[BAD\] at 0x[0-9a-f]+>: the connection is lost",
    rf"a page failed: {PLACES}",
    rf"{STAMP}(ERROR in app(lication)?:|\[\d+\] \[ERROR\]) failed: {PLACES}",
    rf"{STAMP}WARNING in application: no release to show: no release has been published below /[\w./-]+",
    rf"{STAMP}\[\d+\] \[ERROR\] Worker \(pid:\d+\) (was sent SIG[A-Z]+|exited with code \d)[.!]",
    rf"{STAMP}\[\d+\] \[ERROR\] (Shutting down: Master|Reason: Worker failed to boot\.)",
    # What Python itself says as it dies: places, never values.
    r"Fatal Python error: [\w ]+|(Current t|T)hread 0x[0-9a-f]+ \(most recent call first\):",
    r'  File "[\w./<> -]+", line \d+ in [\w<>]+|  \.\.\.|Extension modules: [\w., ]+ \(total: \d+\)',
)
FILES = (
    r"{folder}/tmp/(wgunicorn-)?[\w]{{8}}",  # gunicorn's sign of life; Python's look whether it may write there
    r"(cwd/)?invitations\.csv",
    r"{folder}/held",  # the test's own
    r"{folder}/cwd/releases/[\w./-]+",
    r"{folder}/wavekeys/([\w-]+\.key|\.[0-9a-f]{{16}})",
    r"{folder}/spool/(\.writing|\.draining|\.(new|gone)-[0-9a-f]{{16}}|\d{{12}}-[0-9a-f]{{16}}-\d)",
    r"/dev/null",
)


class Finder:
    """What looks for these canaries."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._spelled = {spelling: canary for canary in canaries for spelling in spellings(canary.text)}
        self._short = [spelling for spelling in self._spelled if len(spelling) < WIDTH]
        self._begins: dict[int, list[bytes]] = {}
        for spelling in self._spelled:
            if len(spelling) >= WIDTH:
                self._begins.setdefault(int.from_bytes(spelling[:WIDTH], "little"), []).append(spelling)
        self._sorted = np.array(sorted(self._begins), dtype="<u8")

    def find(self, content: bytes) -> dict[Canary, bytes]:
        """The canaries that occur, each with what stands around it once."""
        found: dict[Canary, bytes] = {}
        for spelling in self._short:
            if (at := content.find(spelling)) >= 0:
                found.setdefault(self._spelled[spelling], content[max(0, at - AROUND) : at + AROUND])
        for offset in range(min(WIDTH, max(0, len(content) - WIDTH + 1))):
            words = np.frombuffer(content, "<u8", (len(content) - offset) // WIDTH, offset)
            nearest = self._sorted[np.minimum(np.searchsorted(self._sorted, words), len(self._sorted) - 1)]
            for nth in np.nonzero(nearest == words)[0]:
                at = int(nth) * WIDTH + offset
                for spelling in self._begins[int(words[nth])]:
                    if content.startswith(spelling, at):
                        found.setdefault(self._spelled[spelling], content[max(0, at - AROUND) : at + AROUND])
        return found

    def report(self, place: str, content: bytes, allowed: Callable[[Canary], bool] = lambda _: False) -> list[str]:
        """A line for each canary that is found and not allowed there."""
        return [
            f"{place}: {canary.kind} in {around!r}"
            for canary, around in self.find(content).items()
            if not allowed(canary)
        ]


def misplaced(finder: Finder, heard: Heard) -> list[str]:
    """What stands in an answer and should not: a person's own words may stand on a page of hers, and little else."""
    place, own = f"{heard.method} {heard.target} {heard.status}", heard.person.nth
    here = heard.target.startswith("/") and not heard.target.startswith(("/dashboards", "/sms"))
    page = heard.status in (200, 422, 429) or (heard.status == 503 and heard.method == "POST")
    kinds = {"form token"} if here or heard.method == "raw" else set()
    if here and page:
        kinds |= {"answer", *ON_PAPER}
    if heard.target.startswith("/pause"):
        kinds.add("resume code")
    wrong = finder.report(place, heard.body, lambda canary: canary.owner == own and canary.kind in kinds)
    for name, value in heard.headers:
        led = name in ("Location", "X-Where-To")
        kinds = {"cookie"} if name == "Set-Cookie" else set()
        if led and value.startswith(("/i/", "/thanks?")):  # a code on paper is an address, whoever typed it
            kinds = set(ON_PAPER)
        text = value.encode("latin-1")
        wrong += finder.report(f"{place} {name}", text, lambda canary: canary.owner == own and canary.kind in kinds)  # noqa: B023 (called at once)
    links = b"\n".join(re.findall(rb'(?:href|src|action)="([^"]*)"', heard.body))
    return wrong + finder.report(f"{place} link", links, lambda canary: canary.kind in ON_PAPER)


def unknown_lines(said: str) -> list[str]:
    """The lines that are on no list."""
    known = re.compile("|".join(f"(?:{pattern})" for pattern in LINES))
    return [line for line in said.splitlines() if not known.fullmatch(line)]


def unknown_files(opened: Iterable[str], folder: Path) -> list[str]:
    """The files opened for writing that are on no list."""
    known = re.compile("|".join(pattern.format(folder=re.escape(str(folder))) for pattern in FILES))
    return [name for name in opened if not known.fullmatch(name)]


def files(folder: Path, since: float = 0) -> list[Path]:
    """The files below a folder that are new or were changed."""
    found = []
    for path in folder.rglob("*"):
        try:
            if path.is_file() and not path.is_symlink() and path.stat().st_mtime >= since:
                found.append(path)
        except OSError:  # it is gone again
            continue
    return found
