"""The worker's verb: it ends well when it is told to, and says what it lacks."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine

from sms.sending import outbox
from sms.settings import ChannelSettings
from sms.verbs import sms
from tests.faults.server import ROOT

from .carriers.test_twilio import environment
from .carriers.twilio_server import running
from .sending.carrying import put, statuses

WAITS = 20  # more than the channel takes in a second, so than a batch


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_marks_what_it_has_in_its_hands_and_begins_nothing_more(
    settings: ChannelSettings, database: Engine, number: signal.Signals
) -> None:
    put(settings, database, "slow", due=datetime.now(UTC))
    for n in range(WAITS - 1):
        put(settings, database, "one", to=f"+2126000001{n:02}", due=datetime.now(UTC))
    with running() as twilio:
        given = {**os.environ, **environment(database, twilio), "THIQA_SPOOL": str(settings.spool)}
        words = [sys.executable, "-c", "from sms.verbs import sms; sms()", "send", "--forever"]
        with subprocess.Popen(words, cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True) as worker:
            patience = time.monotonic() + 60
            while statuses(database).count("sent") < 9 and time.monotonic() < patience:
                time.sleep(0.05)
            worker.send_signal(number)
            time.sleep(0.2)
            twilio.released.set()
            said, _ = worker.communicate(timeout=30)
    assert worker.returncode == 0
    assert said.splitlines()[-1] == "Stopped; what waits stays in the outbox."
    assert Counter(statuses(database)) == {"unknown": 1, "sent": 9, "queued": WAITS - 10}


def test_an_idle_worker_that_is_told_to_stop_does_so_at_once(settings: ChannelSettings, database: Engine) -> None:
    with running() as twilio:
        given = {**os.environ, **environment(database, twilio), "THIQA_SPOOL": str(settings.spool)}
        words = [sys.executable, "-c", "from sms.verbs import sms; sms()", "send", "--forever"]
        put(settings, database, "one", due=datetime.now(UTC))
        with subprocess.Popen(words, cwd=ROOT, env=given, stdout=subprocess.PIPE, text=True) as worker:
            patience = time.monotonic() + 60
            while statuses(database) != [outbox.SENT] and time.monotonic() < patience:
                time.sleep(0.05)
            worker.terminate()
            assert worker.wait(timeout=10) == 0


def test_where_everything_is_pretended_the_worker_says_that_there_is_no_channel_to_send_by(
    database: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "channels.toml"
    file.write_text('[[channel]]\nname = "shown"\nadapter = "pretended"\n', encoding="utf-8")
    with running() as twilio:
        given = {**environment(database, twilio), "THIQA_DEMO": "1", "THIQA_CHANNELS": str(file)}
        result = CliRunner().invoke(sms, ["send"], env=given)
    assert result.exit_code == 1
    assert result.output.startswith("Error: there is no channel to send by: what the demo pretends to send is handed")
