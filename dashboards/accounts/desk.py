"""What the pages of accounts are made with: the store, the settings, the releases, and where the site is."""

import hashlib
import hmac
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from flask import current_app
from flask_security import current_user
from sqlalchemy import Engine

from analytics.release import ReleaseError
from dashboards.access import Viewer
from dashboards.source import LatestRelease
from dashboards.view import in_language
from translations.languages import isolated

from .actions import ActionStore
from .settings import StaffSettings


@dataclass(frozen=True)
class Desk:
    """What all pages share."""

    settings: StaffSettings
    engine: Engine
    source: LatestRelease
    kept: ActionStore

    @property
    def prefix(self) -> str:
        """Where the site is mounted, with a slash at both ends."""
        return self.settings.prefix

    @cached_property
    def attempts(self) -> bytes:
        """The key of the names that were tried."""
        return derived(self.settings, "attempts")

    def areas(self, language: str) -> dict[str, str]:
        """The areas of the latest release by code; none where there is no release."""
        try:
            cards = self.source.current().areas
        except ReleaseError:
            return {}
        names = {card.code: in_language(card.name, language) for card in cards if card.parent is not None}
        often = Counter(names.values())
        return {code: f"{name} {isolated(code)}" if often[name] > 1 else name for code, name in names.items()}

    def is_demonstration(self) -> bool:
        """Whether the site may be entered for show: set so, and nothing that is shown comes from residents."""
        if not self.settings.demo:
            return False
        try:
            return self.source.current().synthetic is True
        except ReleaseError:
            return False


def desk() -> Desk:
    """That of the server that answers."""
    found: Desk = current_app.extensions["thiqa_desk"]
    return found


def looking() -> Viewer | None:
    """Who asks now; None where nobody is signed in."""
    return current_user.viewer if current_user.is_authenticated else None


def derived(settings: StaffSettings, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose."""
    secret = bytes.fromhex(settings.staff_key.get_secret_value())
    return hmac.new(secret, f"thiqa staff {purpose}".encode(), hashlib.sha256).digest()
