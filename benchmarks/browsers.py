"""Browsers that take a survey over HTTP, over and over: the load of the web benchmarks.

    python -m benchmarks.browsers http://127.0.0.1:8000 --respondents 8 --seconds 5

With --script they send questions as the site's script does: filled to one length, and the answer is the next page.
Each browser keeps one connection and its cookies, follows redirects, accepts compressed pages, and sends the form in
<main>, with one choice of each group of radio buttons, until a page has no form. It knows no address but `/`. Prints
one line of JSON: journeys, requests, errors, wall and CPU seconds, and the milliseconds of every answer of the server.
"""

import asyncio
import json
import random
import re
import time
import zlib
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlencode, urljoin, urlsplit

import click

MAX_REQUESTS = 200  # of one journey; more is a circle
_BY_SCRIPT = "X-By-Script: 1\r\n"
_FORM = re.compile(r'<form\b[^>]*\baction="([^"]*)"[^>]*>(.*?)</form>', re.DOTALL)
_INPUT = re.compile(r"<input\b([^>]*)>")
_ATTRIBUTE = re.compile(r'([a-z-]+)="([^"]*)"')
_HEADERS = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
    "Accept-Language: ar,fr;q=0.7,en;q=0.3\r\nAccept-Encoding: gzip, deflate\r\nSec-Fetch-Site: same-origin\r\n"
)


@dataclass
class Tally:
    """What the browsers have done."""

    journeys: int = 0
    requests: int = 0
    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


@dataclass
class Browser:
    """One connection to one site, and its cookies."""

    site: str
    tally: Tally
    script: bool = False
    cookies: dict[str, str] = field(default_factory=dict)
    streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def journey(self) -> None:
        """From the first page to one without a form."""
        address, form, asked = "/", None, False
        for _ in range(MAX_REQUESTS):
            status, headers, page = await self._ask(address, form, _BY_SCRIPT if asked and self.script else "")
            address = urljoin(address, headers.get("x-where-to", ""))
            if status in (204, 303):
                where = headers["location" if status == 303 else "x-where-to"]
                address, form, asked = urljoin(address, where), None, False
                continue
            if status != 200:
                raise ValueError(f"{status} at {address}")
            found = _FORM.search(page, page.index("<main"))
            if found is None:
                self.tally.journeys += 1
                return
            address, form = urljoin(address, unescape(found[1])), urlencode(_filled(found[2]))
            asked = 'class="ask"' in found[0]
            if asked and self.script:
                form += "&fill=" + "0" * (-(len(form) + 6) % 512)
        raise ValueError("no end")

    async def _ask(self, address: str, form: str | None, also: str) -> tuple[int, dict[str, str], str]:
        where = urlsplit(self.site)
        if self.streams is None:
            self.streams = await asyncio.open_connection(where.hostname, where.port)
        reader, writer = self.streams
        head = f"{'GET' if form is None else 'POST'} {address} HTTP/1.1\r\nHost: {where.netloc}\r\n{_HEADERS}{also}"
        if self.cookies:
            head += f"Cookie: {'; '.join(f'{name}={value}' for name, value in self.cookies.items())}\r\n"
        if form is not None:
            head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n"
        started = time.perf_counter()
        writer.write(f"{head}\r\n{form or ''}".encode())
        status, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                self._keep(value)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.tally.milliseconds.append((time.perf_counter() - started) * 1e3)
        self.tally.requests += 1
        if headers.get("connection") == "close":
            self.close()
        if headers.get("content-encoding") in ("gzip", "deflate"):
            body = zlib.decompress(body, 47)
        return int(status.split()[1]), headers, body.decode()

    def _keep(self, cookie: str) -> None:
        pair, _, rules = cookie.partition(";")
        name, _, value = pair.partition("=")
        self.cookies[name] = value
        if "max-age=0" in rules.lower():
            del self.cookies[name]

    def close(self) -> None:
        """Close the connection."""
        if self.streams:
            self.streams[1].close()
        self.streams = None


def _filled(form: str) -> dict[str, str]:
    choices: dict[str, list[str]] = {}
    for found in _INPUT.findall(form):
        attributes = dict(_ATTRIBUTE.findall(found))
        choices.setdefault(attributes["name"], []).append(unescape(attributes.get("value", "")))
    return {name: random.choice(values) for name, values in choices.items()}


async def browse(
    site: str, respondents: int, seconds: float, requests: int | None = None, *, script: bool = False
) -> Tally:
    """Take journeys until the time is over, or until about so many requests; the last ones are finished."""
    tally, until = Tally(), time.perf_counter() + seconds

    async def person() -> None:
        browser = Browser(site, tally, script)
        while time.perf_counter() < until and (requests is None or tally.requests < requests):
            try:
                await browser.journey()
            except (OSError, EOFError, ValueError, KeyError) as error:
                tally.errors.append(f"{type(error).__name__}: {error}")
                browser.close()
                browser.cookies.clear()
        browser.close()

    await asyncio.gather(*(person() for _ in range(respondents)))
    return tally


@click.command()
@click.argument("site")
@click.option("--respondents", default=8, show_default=True, help="At once.")
@click.option("--seconds", default=5.0, show_default=True)
@click.option("--requests", type=int, help="Stop after about so many, if that is sooner.")
@click.option("--script", is_flag=True, help="Send as the site's script does.")
def main(site: str, respondents: int, seconds: float, requests: int | None, *, script: bool) -> None:
    """Take the survey at this address. Leaves its answers there."""
    started, before = time.perf_counter(), time.process_time()
    tally = asyncio.run(browse(site, respondents, seconds, requests, script=script))
    click.echo(
        json.dumps(
            {
                "journeys": tally.journeys,
                "requests": tally.requests,
                "errors": tally.errors,
                "wall": time.perf_counter() - started,
                "cpu": time.process_time() - before,
                "milliseconds": [round(taken, 2) for taken in tally.milliseconds],
            }
        )
    )


if __name__ == "__main__":
    main()
