"""What every page in a browser is held to: it is quiet, fits its screen, and breaks no rule of accessibility."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Before a page runs: what its policy of content refused is kept.
LISTEN = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => window.violations.push(event.violatedDirective));
"""


def complaints(page: Page) -> list[str]:
    """What the console warns of and what scripts break at, from now on; the list grows."""
    heard: list[str] = []
    page.on("console", lambda said: heard.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def fits(page: Page) -> None:
    """Nothing is wider than the screen."""
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url


def judged(page: Page, passes: int = 20) -> None:
    """No rule of axe is broken, more than `passes` hold, and the page fits. Its context must bypass the policy."""
    found = Axe().run(page).response
    assert [(rule["id"], rule["nodes"][0]["html"][:200]) for rule in found["violations"]] == [], page.url
    assert len(found["passes"]) > passes, page.url
    fits(page)
