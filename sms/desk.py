"""Where texts and receipts are handed in: to the reception, or while it cannot take them to the spool."""

import logging
import time
from dataclasses import dataclass, field

from sqlalchemy import Engine

from survey_app.storage.database import writing

from . import spool
from .carriers import Receipt
from .clock import Clock
from .reception import Inbound, receive, says_stop
from .sending import failover, receipts
from .settings import ChannelSettings

SLOW_SECONDS = 1.0
HEARD_SECONDS = 600  # a channel's silence is known no finer
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """One process's place to hand in what carriers bring. Raises nothing: a carrier would only come again."""

    settings: ChannelSettings
    engine: Engine
    clock: Clock
    spool: spool.Spool
    _heard: dict[str, float] = field(default_factory=dict, init=False)

    def take(self, inbound: Inbound) -> bool:
        """Take a text; False if it could neither be stored nor kept on disk."""
        began = time.monotonic()
        # In their order: first those that came before. STOP waits for nobody.
        if self.spool.waits() and not says_stop(inbound):
            self.spool.drain(self._receive, SLOW_SECONDS)
            if self.spool.waits() or time.monotonic() - began > SLOW_SECONDS:
                return self._put(inbound)
        try:
            self._receive(inbound)
        except Exception as error:  # noqa: BLE001  # whatever it is, the text must not be lost
            _log.warning("a text waits on disk: %s", type(error).__name__)  # the error's own text may hold values
            return self._put(inbound)
        self._note(inbound.channel)
        return True

    def apply(self, receipt: Receipt | None, to: str | None) -> None:
        """Apply a receipt. It does not wait on disk: what became of a message is asked again later."""
        if receipt is None:
            return
        try:
            receipts.take(self.settings, self.engine, receipt, self.clock(), to)
        except Exception as error:  # noqa: BLE001  # the carrier would only come again
            _log.warning("a receipt was not applied: %s", type(error).__name__)
            return
        self._note(receipt.channel)

    def _receive(self, inbound: Inbound) -> None:
        receive(self.settings, self.engine, inbound, self.clock())

    def _put(self, inbound: Inbound) -> bool:
        try:
            self.spool.put(inbound)
        except (spool.FullError, OSError) as error:
            _log.critical("TEXTS ARE TURNED AWAY, none can wait on disk any more: %s", type(error).__name__)
            return False
        return True

    def _note(self, channel: str) -> None:
        """Note that a channel was heard, after what it brought: a fault here loses nothing."""
        now = time.monotonic()
        if now < self._heard.get(channel, now):
            return
        self._heard[channel] = now + HEARD_SECONDS
        try:
            with writing(self.engine) as session:
                failover.heard(session, channel, self.clock())
        except Exception as error:  # noqa: BLE001  # an alarm that comes too early is all that can come of it
            _log.warning("a channel was heard, and it was not noted: %s", type(error).__name__)
