"""What officers wrote about what was done, in the store, and the file by which residents see what of it is published.

Each change is an act in the trail, in the same transaction; then the file of published actions is written anew from the
store, whole or not at all.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from dashboards.access import Role, Viewer
from dashboards.actions import FILE, Draft, encoded
from dashboards.scene import ACTION, Action

from . import store, trail
from .tables import LARGEST_NUMBER, ActionRow


@dataclass(frozen=True)
class ActionStore:
    """Where actions are kept and shown: the store, and the directory of the file."""

    engine: Engine
    directory: Path

    def actions(self, areas: frozenset[str] | None = None) -> tuple[Action, ...]:
        """Of these areas, or all; newest first."""
        with Session(self.engine) as session:
            asked = select(ActionRow).order_by(col(ActionRow.day).desc(), col(ActionRow.number).desc())
            rows = session.exec(asked if areas is None else asked.where(col(ActionRow.area).in_(sorted(areas)))).all()
            return tuple(_action(row) for row in rows)

    def action(self, number: int, areas: frozenset[str]) -> Action | None:
        """One of these areas; None where there is none."""
        if number > LARGEST_NUMBER:
            return None
        with Session(self.engine) as session:
            row = session.get(ActionRow, number)
            return _action(row) if row is not None and row.area in areas else None

    def keep(self, draft: Draft, viewer: Viewer, *, number: int | None, published: bool) -> int | None:
        """Write an action, or one anew; its number. None where the viewer has no such area or no such action."""
        if draft.area not in viewer.areas or viewer.role is not Role.OFFICER:
            return None
        kept: list[int | None] = []

        def work(session: Session) -> trail.Said | None:
            row = session.get(ActionRow, number) if number is not None else None
            if number is not None and (row is None or row.area not in viewer.areas):
                return None
            act = "record" if row is None else "change"
            row = row or ActionRow(area="", indicator="", wave="", day="", author="")
            if row.published or published:
                act = "publish" if published else "withdraw"
            row.area, row.indicator, row.wave = draft.area, draft.indicator, draft.wave
            row.said, row.done = dict(draft.said), dict(draft.done)
            row.day, row.published, row.author = _today(), published, viewer.account
            session.add(row)
            session.flush()
            kept[:] = [row.number]
            return _act(viewer, act, row)

        trail.chain(self.engine, work)
        if not kept:
            return None
        self.publish()
        return kept[0]

    def turn(self, number: int, viewer: Viewer, *, published: bool) -> bool:
        """Publish an action or withdraw it; whether the viewer has it."""
        if viewer.role is not Role.OFFICER or number > LARGEST_NUMBER:
            return False
        found: list[bool] = []

        def work(session: Session) -> trail.Said | None:
            row = session.get(ActionRow, number)
            found[:] = [row is not None and row.area in viewer.areas]
            if row is None or not found[0] or row.published is published:
                return None
            row.published, row.day = published, _today()
            session.add(row)
            return _act(viewer, "publish" if published else "withdraw", row)

        trail.chain(self.engine, work)
        if found[0]:
            self.publish()
        return found[0]

    def publish(self) -> None:
        """Write the file of published actions from the store; who reads it sees the old one or the new one."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with _alone(self.directory / f".{FILE}.lock"):
            content = encoded(self.actions())
            new = self.directory / f".{FILE}.{os.getpid()}"
            with new.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            new.chmod(0o644)
            new.replace(self.directory / FILE)


def _action(row: ActionRow) -> Action:
    return Action(row.number or 0, row.area, row.indicator, row.said, row.done, row.day, row.published, row.wave)


def _act(viewer: Viewer, act: str, row: ActionRow) -> trail.Said:
    """What the trail keeps of an act: which action of which area, and never a word of it."""
    about = urlencode([("area", row.area), ("number", row.number)])
    return trail.Said(viewer.account, str(viewer.role), f"{ACTION}/{act}", f"?{about}")


def _today() -> str:
    return store.now().date().isoformat()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One process at a time, so that an older state is never written over a newer one."""
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
