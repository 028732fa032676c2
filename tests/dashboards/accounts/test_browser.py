"""The pages of accounts in a browser: on a telephone, in Arabic, by the rules of accessibility; and from elsewhere."""

from collections.abc import Iterator

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Browser

from dashboards.access import Role
from tests.dashboards.browsing import judged
from tests.listening import served as listening

from .conftest import PASSWORD, Site, Sites

pytestmark = pytest.mark.browser


@pytest.fixture
def served(sites: Sites) -> Iterator[tuple[Site, str]]:
    """A site that listens, and its address."""
    site = sites(demo=True)
    with listening(site.server) as at:
        yield site, f"{at}/staff/"


def test_from_the_invitation_to_the_accounts_on_a_telephone_in_arabic(
    chromium: Browser, served: tuple[Site, str]
) -> None:
    site, address = served
    link = site.invite("admin@example.com", Role.ADMINISTRATOR)
    context = chromium.new_context(viewport={"width": 360, "height": 720}, locale="ar")
    page = context.new_page()
    page.goto(f"{address}account/{link}?lang=ar")
    judged(page)
    for box in ("#password", "#again"):
        page.fill(box, PASSWORD)
    with page.expect_navigation():
        page.click("main button")
    judged(page)
    page.fill("#email", "admin@example.com")
    page.fill("#password", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    judged(page)
    with page.expect_navigation():
        page.click("main button")
    judged(page)
    page.fill("#code", TOTP(key=page.inner_text(".secret code")).generate().token)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    judged(page)
    with page.expect_navigation():
        page.click("main button")
    judged(page)
    with page.expect_navigation():
        page.click("main a.button")
    assert page.url.partition("?")[0].endswith("/account/people")
    assert page.get_attribute("html", "dir") == "rtl"
    judged(page)
    with page.expect_navigation():
        page.click("tbody a")
    judged(page)
    context.close()


def test_a_link_on_another_site_finds_the_session(chromium: Browser, served: tuple[Site, str]) -> None:
    _, address = served
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}account/login?lang=en")
    page.click(".entrances button >> nth=1")
    page.goto("about:blank")
    page.set_content(f'<a href="{address}account/?lang=fr">link</a>')
    page.click("a")
    page.wait_for_selector("dl.facts")
    assert page.url == f"{address}account/?lang=fr"
    context.close()
