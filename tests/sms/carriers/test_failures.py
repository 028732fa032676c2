"""The names of failures are those that the tables take."""

from sms.carriers import Failure
from survey_app.storage.tables import FAILURES


def test_every_failure_of_a_carrier_can_be_written_down_and_no_other() -> None:
    assert tuple(Failure) == FAILURES
