"""The floor of the web benchmarks: the least that Flask must do for an interview of as many pages.

Each GET renders one small Jinja page with a form; each POST writes one indexed row in one transaction of the plain
driver, with the durability of our own database, and redirects. Nothing is sealed, checked, translated or remembered.
"""

import os
import secrets
import sqlite3
import threading
from collections.abc import Callable

import psycopg
from flask import Flask, render_template, request
from flask.typing import ResponseReturnValue

PAGES = 12
URL = "FLOOR_DATABASE_URL"
_TABLE = "CREATE TABLE answer (id VARCHAR(64) PRIMARY KEY, page INTEGER, value VARCHAR(10))"
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Page {{ page }}</title></head>
<body><main><h1>Page {{ page }}</h1>
{% if page <= last %}
<form method="post" action="/{{ page }}">
{% for value, label in choices %}
<label><input type="radio" name="answer" value="{{ value }}">{{ label }}</label>
{% endfor %}
<button>Next</button>
</form>
{% endif %}
</main></body></html>
"""
_CHOICES = [(str(value), f"Choice {value}") for value in range(6)]


def make_table(url: str) -> None:
    """The one table."""
    writer(url)(_TABLE)


def site() -> Flask:
    """The site over the database that the environment names."""
    app, write = Flask(__name__), writer(os.environ[URL])
    page_template = app.jinja_env.from_string(_PAGE)

    # As many requests as ours: consent, start, each page and its answer, review, send, thanks.
    @app.get("/")
    @app.get("/<int:page>")
    def show(page: int = 0) -> ResponseReturnValue:
        return render_template(page_template, page=page, last=PAGES + 1, choices=_CHOICES)

    @app.post("/<int:page>")
    def take(page: int) -> ResponseReturnValue:
        write(_INSERT, secrets.token_hex(32), page, request.form.get("answer", ""))
        return "", 303, {"Location": f"/{page + 1}"}

    return app


_INSERT = "INSERT INTO answer (id, page, value) VALUES (?, ?, ?)"


def writer(url: str) -> Callable[..., None]:
    """A function that runs one statement in one transaction, over one connection a thread."""
    local = threading.local()

    def sqlite(statement: str, *values: object) -> None:
        if not hasattr(local, "connection"):
            local.connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=5, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
                local.connection.execute(f"PRAGMA {pragma}")
        local.connection.execute("BEGIN IMMEDIATE")
        local.connection.execute(statement, values)
        local.connection.execute("COMMIT")

    def postgres(statement: str, *values: object) -> None:
        if not hasattr(local, "connection"):
            local.connection = psycopg.connect(url.replace("postgresql+psycopg:", "postgresql:"))
        local.connection.execute(statement.replace("?", "%s"), values)
        local.connection.commit()

    return sqlite if url.startswith("sqlite") else postgres
