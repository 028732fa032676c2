"""Every journey on the web, with all that people do wrong on the way. What is heard stays with the street."""

import re
from collections.abc import Callable
from urllib.parse import quote, urlencode

from sqlalchemy import Engine, delete, insert, select

from survey_app.storage.tables import DraftRow, table
from tests.faults.server import Given, Visitor

from .canaries import Person, code
from .ground import Ground
from .questions import PAGES
from .street import Street, line_of, replies

Journey = Callable[[Street, Ground], None]
DASH = (
    b'{"output":"view.children","outputs":{"id":"view","property":"children"},"changedPropIds":["address.search"],'
    b'"inputs":[{"id":"address","property":"search","value":"?wave=%s"}]}'
)


def token(visitor: Visitor) -> str:
    """The token of the forms on the page that is open."""
    found = re.search(r'name="csrf" value="(\w+)"', visitor.page.text)
    return found[1] if found else ""


def posts(visitor: Visitor, target: str, **given: str) -> None:
    """Send fields to an address, with the token of the page that is open, and follow."""
    visitor.page = visitor.go(target, "POST", urlencode({"csrf": token(visitor), **given}).encode())
    if visitor.page.status == 303:
        visitor.see(visitor.page.location.partition("#")[0])


def half(street: Street, language: str = "en") -> tuple[Person, Visitor]:
    """A person before the page with two questions."""
    person, visitor = street.comes(language)
    visitor.start()
    for given in replies(person)[:4]:
        visitor.press(**given)
    assert person.arabic not in visitor.page.text
    return person, visitor


def whole(street: Street, _ground: Ground) -> None:
    """An interview in each language, sent twice; and in another language in the middle."""
    for language in ("ar", "fr", "en"):
        person, visitor = street.comes(language)
        visitor.complete(*replies(person))
        assert person.latin in visitor.page.text
        assert person.arabic in visitor.page.text
        review = visitor.page
        visitor.see("/review?lang=ar")
        visitor.page = review
        visitor.press()
        cookie, visitor.page = visitor.cookie, review
        visitor.press()
        assert (cookie, visitor.page.status) == ("", 410)


def by_script(street: Street, _ground: Ground) -> None:
    """The same by the script, with compressed pages; a redirect is a header then."""
    person, visitor = street.comes("fr", headers=(("X-By-Script", "1"), ("Accept-Encoding", "gzip")))

    def go_on() -> None:
        if where := visitor.page.headers["X-Where-To"]:
            visitor.page = visitor.go(where.partition("#")[0]) if visitor.page.status == 204 else visitor.page

    visitor.page = visitor.go("/")
    for given in ({}, *replies(person), {}):
        visitor.page = visitor.submit(**given)
        go_on()
    assert line_of(visitor).street.heard[-1].target.startswith("/thanks")


def invited(street: Street, ground: Ground) -> None:
    """Invitations that were made by the verb: opened as printed, typed, spent, and with its area suggested."""
    sheet = ground.folder / "cwd" / "invitations.csv"
    made = ground.thiqa("invitations", "make", "2026-1", sheet.name, "--count", "3", "--area", "a2")
    assert made.code == 0, made.said
    codes = [line.partition(",")[0].replace("-", "") for line in sheet.read_text().splitlines()[1:]]
    sheet.unlink()  # as the verb says
    for nth, plain in enumerate(codes):
        person, visitor = street.comes("ar")
        for spelled in code(plain):
            person.gets("invitation", spelled)
        visitor.see(f"/i/{quote(code(plain)[nth])}")
        if nth:
            visitor.see("/invitation")
            visitor.page = visitor.go("/invitation?lang=ar", "POST", urlencode({"code": code(plain)[nth + 2]}).encode())
            visitor.see(visitor.page.location)
        visitor.press()
        for given in replies(person):
            visitor.press(**given)
        visitor.press()
        for _ in range(3):
            visitor.see(f"/i/{plain}")
            if visitor.page.status == 200:
                visitor.press()


def assisted(street: Street, ground: Ground) -> None:
    """One device for several people, under a code that the verb made."""
    made = ground.thiqa("invitations", "assist", "2026-1", "--starts", "5")
    assert made.code == 0, made.said
    plain = made.said.partition(" ")[0].replace("-", "")
    person, visitor = street.comes("ar")
    for spelled in code(plain):
        person.gets("assistance code", spelled)
    visitor.see(f"/i/{plain}")
    visitor.press()
    for given in replies(person):
        visitor.press(**given)
    visitor.press()
    assert visitor.page.status == 422
    visitor.press(confirmed="1")
    assert visitor.page.status == 200
    visitor.see(f"/i/{plain}")


def by_poster(street: Street, _ground: Ground) -> None:
    """From a poster; and from one of an area that is not asked."""
    person, visitor = street.comes("ar")
    visitor.see("/a/a1")
    visitor.press()
    for given in replies(person):
        visitor.press(**given)
    visitor.press()
    for area in ("nowhere", quote(person.arabic), person.latin):
        visitor.see(f"/a/{area}")


def refused(street: Street, _ground: Ground) -> None:
    """Each question with replies that are not accepted, before the one that is."""
    person, visitor = street.comes("fr")
    word, long = person.latin, f"{person.latin} {person.arabic} " * 150
    no_choice: tuple[Given, ...] = ({}, {"answer": word}, {"answer": [word, person.arabic]}, {"place.1": word})
    too_long: Given = {"answer": long}
    wrong: tuple[tuple[Given, ...], ...] = (
        (),
        no_choice,
        no_choice,
        ({}, too_long),
        ({}, {"answer": word, "answer@where": long}),
        (too_long,),
    )
    visitor.start()
    for given, before in zip(replies(person), wrong, strict=True):
        for reply in before:
            asked = visitor.page
            visitor.page = visitor.submit(**reply)
            assert visitor.page.status in (400, 422)
            visitor.page = visitor.page if visitor.page.status == 422 else asked
        visitor.press(**given)
    visitor.see(f"/page/{PAGES['told']}")
    posts(visitor, f"/page/{PAGES['told']}?lang=fr", answer=person.latin, nonsense=person.arabic)


def put_aside(street: Street, _ground: Ground) -> None:
    """Put aside and taken up in another browser, with a wrong code first, and the right one twice."""
    person, visitor = half(street)
    posts(visitor, "/pause?lang=en")
    shown = re.search(r'<bdi dir="ltr">([A-Z2-9-]{14})</bdi>', visitor.page.text)
    assert shown
    for spelled in code(shown[1].replace("-", "")):
        person.gets("resume code", spelled)
    _, elsewhere = street.comes("fr", person)
    for typed in ("AAAA-BBBB-CCCC", person.latin, shown[1], shown[1]):
        elsewhere.see("/resume")
        elsewhere.page = elsewhere.submit(code=typed)
    _, third = street.comes("fr", person)
    third.see("/resume")
    third.page = third.submit(code=shown[1].lower())
    assert third.page.status == 422
    elsewhere.see("/page")
    for given in replies(person)[4:]:
        elsewhere.press(**given)
    elsewhere.press()
    assert elsewhere.page.status == 200


def left(street: Street, _ground: Ground) -> None:
    """Left in the middle; and looked for afterwards, with the old cookie too."""
    _, visitor = half(street, "ar")
    cookie = visitor.cookie
    posts(visitor, "/leave?lang=ar")
    visitor.cookie = cookie
    for target in ("/page", "/review", f"/page/{PAGES['told']}"):
        visitor.see(target)
    _, other = half(street, "ar")
    other.page = other.go("/leave", "POST", b"")
    other.see("/left")


def twice_with_other_answers(street: Street, ground: Ground) -> None:
    """The same id with other content: what a copied device or a restored backup would send."""
    person, visitor = street.comes()
    visitor.complete(*replies(person))
    draft, review = table(DraftRow), visitor.page
    mine = draft.c.id == next(canary.text for canary in person.given if canary.kind == "draft id")
    kept = _row(ground.engine, mine)
    visitor.press()
    with ground.engine.begin() as work:
        work.execute(delete(draft).where(mine))
        work.execute(insert(draft), kept)
    visitor.cookie = next(canary.text for canary in person.given if canary.kind == "cookie")
    visitor.see(f"/page/{PAGES['trust']}")
    visitor.press(answer="0")
    visitor.page = review
    visitor.press()
    assert visitor.page.status == 409


def _row(engine: Engine, mine: object) -> dict[str, object]:
    with engine.connect() as work:
        return dict(work.execute(select(table(DraftRow)).where(mine)).one()._mapping)  # type: ignore[arg-type]  # it is a condition


def forged(street: Street, _ground: Ground) -> None:
    """Forms without their token, with another's, from another site, with repeated and with too many fields."""
    person, visitor = half(street)
    _, other = half(street)
    answer = urlencode({"answer": person.latin, "answer@where": person.arabic})
    target, mine, others = f"/page/{PAGES['more']}", token(visitor), token(other)
    for body in (answer, f"csrf=&{answer}", f"csrf={others}&{answer}", f"csrf={mine}&{answer}&{answer}"):
        assert visitor.go(target, "POST", body.encode()).status in (400, 403)
    many = "&".join(f"{person.latin}{nth}=1" for nth in range(400))
    visitor.go(target, "POST", f"csrf={mine}&{many}".encode())
    visitor.go(target, "POST", f"csrf={mine}&{answer}".encode(), (("Sec-Fetch-Site", "cross-site"),))
    visitor.go(target, "POST", f"csrf={mine}&{answer}".encode(), (("Host", "evil.example"),))
    visitor.go(target, "POST", f"csrf={mine}&answer=".encode() + person.latin.encode() * 7_000)


def hostile(street: Street, _ground: Ground) -> None:
    """Bytes that are no form, no text, no request; addresses that are none of ours; methods that none has."""
    person, visitor = half(street)
    line, word, arabic = line_of(visitor), person.latin.encode(), quote(person.arabic)
    fields = f"csrf={token(visitor)}&answer={person.latin}".encode()
    target = f"/page/{PAGES['told']}"
    for tail in (b"%00", b"%FF%FE", b"\x80\xff", b"%ED%A0%80", b"%", b"&=&&", b"\r\n\r\nGET /"):
        visitor.go(target, "POST", fields + tail)
    multipart = b'--x\r\nContent-Disposition: form-data; name="csrf"; filename="' + word + b'"\r\n\r\n' + word * 3_000
    visitor.server.ask("POST", target, multipart, (("Content-Type", "multipart/form-data; boundary=x"),))
    visitor.server.ask("POST", target, b'{"answer":"' + word + b'"}', (("Content-Type", "application/json"),))
    for path in (person.latin, arabic, f"page/{person.latin}", "page/999999", f"i/{person.latin}", f"../{arabic}"):
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"):
            visitor.go(f"/{path}?answer={arabic}&lang={person.latin}", method, fields if method == "POST" else None)
    for method in ("GET", "PUT", "HEAD", person.latin.upper()):
        visitor.go("/send?next=" + arabic, method)
    for first in (b"GET /%s", b"%s / HTTP/1.1", b"GET / HTTP/9.%s", b"GET /%s HTTP/1.1\x00"):
        line.raw(first % word + b"\r\n\r\n")
    for head in (b"%s\r\n", b"Bad Header %s: 1\r\n", b"Transfer-Encoding: %s\r\n", b"X: %s\x00\r\n"):
        line.raw(b"POST /start HTTP/1.1\r\n" + head % word + b"\r\n" + word)
    line.raw(b"POST /start HTTP/1.1\r\nExpect: %s\r\n\r\n" % word)
    line.raw(b"POST /start HTTP/1.1\r\nContent-Length: %s\r\n\r\n" % word)
    line.raw(b"GET /?" + word * 500 + b" HTTP/1.1\r\n\r\n")
    line.raw(b"GET / HTTP/1.1\r\nX-Large: " + word * 900 + b"\r\n\r\n")
    line.raw(b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: %s\r\n" % (n, word) for n in range(90)) + b"\r\n")


def too_many_codes(street: Street, _ground: Ground) -> None:
    """Somebody tries codes until the gate closes."""
    _, visitor = street.comes()
    for nth in range(22):
        visitor.see(f"/i/ZZZZ-YYYY-XX{'ABCDEFGHJKLMNPQRSTUVWXYZ'[nth]}2")
    assert visitor.page.status == 429
    visitor.go("/start", "POST", b"code=ZZZZYYYYXXXX")
    visitor.go("/resume", "POST", b"code=ZZZZYYYYXXXX")


def figures(street: Street, _ground: Ground) -> None:
    """The dashboards, with words that choose nothing, and callbacks that are none."""
    person, visitor = street.comes()
    word, arabic = person.latin, person.arabic.encode()
    for target in ("", f"?wave={word}&lang=ar&area={quote(arabic)}", word, f"assets/{word}"):
        visitor.go(f"/dashboards/{target}")
    for body in (DASH % word.encode(), DASH % b"", b"{" + word.encode(), b'["%s"]' % arabic):
        visitor.server.ask("POST", "/dashboards/_dash-update-component", body, (("Content-Type", "application/json"),))
    visitor.go("/metrics")
    visitor.go("/health?" + word)


JOURNEYS: tuple[Journey, ...] = (
    whole, by_script, invited, assisted, by_poster, refused, put_aside, left, twice_with_other_answers, forged, hostile,
    too_many_codes, figures,
)  # fmt: skip
