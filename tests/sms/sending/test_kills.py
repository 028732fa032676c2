"""A worker killed at each step (faults 38, 44): nothing is lost, and one question at most comes twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from nacl.encoding import HexEncoder
from sqlalchemy import Engine

from sms.sending import outbox
from sms.settings import ChannelSettings
from tests.faults.server import ROOT

from ..conftest import CUSTODIAN
from .dying import STEPS

HAD_IT = ("handed over", "marking", "committing the mark", "marked")  # the carrier had the message by then
LEFT = {"leasing": "queued", "committing the lease": "queued", "marked": "sent"}


def test_fault_38_a_worker_killed_at_each_step_loses_none_and_doubles_one_question_at_most(
    settings: ChannelSettings, engine: Engine, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "THIQA_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "THIQA_CUSTODIAN_PUBLIC_KEY": CUSTODIAN.public_key.encode(HexEncoder).decode(),
        "THIQA_CHANNEL_KEY": settings.channel_key.get_secret_value(),
        "THIQA_DEMO": "true",
    }
    words = [sys.executable, "-m", "tests.sms.sending.dying", str(tmp_path)]
    run = subprocess.run(words, capture_output=True, text=True, check=True, cwd=ROOT, env=environment)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert len(lines) == 2 * len(outbox.KINDS) * len(STEPS)
    for line in lines:
        assert line["signal"] == 9, line
        assert line["left"] == [LEFT.get(line["step"], "sending"), "queued"], line
        assert (line["took"], line["end"]) == expected(**line), line


def expected(askable: bool, kind: str, step: str, left: list[str], **_: Any) -> tuple[list[str], list[str]]:
    """What the carrier took in all, and what the outbox says in the end."""
    if askable or left[0] != "sending":
        return ["one", "two"], ["sent", "sent"]
    first = ["one"] if step in HAD_IT else []
    if kind == outbox.REPLY:  # nobody knows: rather twice than never
        return [*first, "one", "two"], ["sent", "sent"]
    return [*first, "two"], ["unknown", "sent"]  # nobody knows: rather never than twice
