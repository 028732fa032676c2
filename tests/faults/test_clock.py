"""A clock that is set a day forward and back, and a server in another time zone (fault 46)."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine
from sqlmodel import select

from survey_app.drafts import DRAFT_DAYS
from survey_app.storage.database import reading
from survey_app.storage.tables import DraftRow
from tests.web.test_journeys import drafts_kept, envelopes

from .conftest import SHORT, Serve
from .server import ROOT, Visitor

ZONES = ("Pacific/Kiritimati", "Etc/GMT+12", "Africa/Casablanca", "Asia/Kathmandu", "XXX24", "nonsense")


def test_fault_46_a_clock_that_jumps_a_day_loses_no_draft(serve: Serve, database: Engine, tmp_path: Path) -> None:
    server = serve(
        database, "tests.faults.wrapped:another_day()", THIQA_TEST_BESIDE=str(tmp_path), TZ="Pacific/Kiritimati"
    )
    early, late = Visitor(server), Visitor(server)
    early.start()
    for number, days in enumerate(("1", "-1", "2", "0", "-365", "1")):
        (tmp_path / "days").write_text(days)
        assert early.see("/page").status == 200, days
        early.press(answer=str(number % 4))
        late.start()
    (tmp_path / "days").write_text("0")
    assert drafts_kept(database) == 2
    early.see("/page")
    early.press(answer="no")
    assert early.on_review
    assert early.press().status == 200
    assert len(envelopes(database)) == 1
    assert server.log == ""
    (tmp_path / "days").write_text(str(1 + DRAFT_DAYS + 1))
    assert late.see("/page").status == 410


def test_fault_46_a_draft_begun_on_a_server_of_another_zone_expires_by_the_date_in_utc(
    serve: Serve, database: Engine
) -> None:
    person = Visitor(serve(database, TZ="Pacific/Kiritimati"))
    before = datetime.now(UTC).date()
    person.complete(*SHORT)
    with reading(database) as session:
        (draft,) = session.exec(select(DraftRow)).all()
    assert draft.expires in (before + timedelta(DRAFT_DAYS), datetime.now(UTC).date() + timedelta(DRAFT_DAYS))


def test_fault_46_today_is_the_same_day_in_every_zone() -> None:
    code = (
        "import os, time; from datetime import UTC, datetime; from deploy.wsgi import today\n"
        f"for zone in {ZONES}:\n"
        "    os.environ['TZ'] = zone; time.tzset()\n"
        "    print(today() == datetime.fromtimestamp(time.time(), UTC).date(), time.localtime().tm_gmtoff)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    same, offsets = zip(*(line.split() for line in run.stdout.splitlines()), strict=True)
    assert set(same) == {"True"}
    assert len(set(offsets)) > 4
