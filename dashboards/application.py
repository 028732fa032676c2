"""The dashboards as a Flask server with one Dash application in it, to be mounted by a dispatcher at its prefix.

The only thing it can read is the release directory: it has no database, no key and no session. What arrives in an
address or a callback chooses among the release's own indicators and waves, and can do nothing else.
"""

from typing import Any

from dash import Dash, Input, Output
from flask import Flask, Response, jsonify, make_response, render_template, request
from markupsafe import Markup

from analytics.release import ReleaseError
from dashboards.elements import dcc, html
from dashboards.headers import secure
from dashboards.page import nothing, overview
from dashboards.settings import DashboardSettings
from dashboards.source import LatestRelease
from dashboards.view import in_language, language, parameters, read_view
from translations.languages import LANGUAGES, NATIVE_NAMES, direction, translator

LARGEST_REQUEST = 64 * 1024
CALLBACK = "/_dash-update-component"


def create_dashboards(settings: DashboardSettings, prefix: str = "/dashboards/") -> Flask:
    """The server. `prefix` is where it is mounted, with a slash at both ends; its own routes start at "/"."""
    source = LatestRelease(settings.releases, settings.pinned)
    server = Flask(__name__, static_folder=None)
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    _guard(server, source, prefix)
    app: Any = Dash(
        __name__,
        server=server,  # type: ignore[arg-type]  # a Flask server is what it is documented to take
        requests_pathname_prefix=prefix,
        routes_pathname_prefix="/",
        serve_locally=True,
        suppress_callback_exceptions=True,
        enable_mcp=False,
        add_log_handler=False,
        update_title="",
    )
    app.layout = html.Div([dcc.Location(id="address", refresh=False), html.Main(_skeleton(), id="view", tabIndex="-1")])

    def index(**parts: str) -> str:
        release = source.current()
        view = read_view(request.query_string.decode("latin-1"), _accepted(), release)
        return render_template(
            "overview.html",
            _=translator(view.language),
            language=view.language,
            direction=direction(view.language),
            survey=in_language(release.survey, view.language),
            languages=_switch({code: prefix + view.with_language(code).query for code in LANGUAGES}),
            prefix=prefix,
            **{name: Markup(part) for name, part in parts.items()},  # noqa: S704  # Dash's own tags
        )

    app.interpolate_index = index

    def failed(error: Exception) -> list[Any]:
        server.logger.error("the overview could not be made", exc_info=error)
        return nothing(language({}, _accepted()))

    @app.callback(Output("view", "children"), Input("address", "search"), on_error=failed)  # type: ignore[untyped-decorator]  # dash has no types
    def show(search: object) -> list[Any]:
        try:
            release = source.current()
        except ReleaseError:
            return nothing(language(parameters(search), _accepted()))
        return overview(release, read_view(search, _accepted(), release), prefix)

    secure(server, app.csp_hashes())
    return server


def _guard(server: Flask, source: LatestRelease, prefix: str) -> None:
    """Answer before Dash does where there is nothing to show, no such page, or no such callback."""

    def notice(code: int) -> Response:
        asked = parameters(request.query_string.decode("latin-1"))
        chosen = language(asked, _accepted())
        page = render_template(
            "notice.html",
            _=translator(chosen),
            language=chosen,
            direction=direction(chosen),
            languages=_switch({each: f"{prefix}?lang={each}" for each in LANGUAGES}),
            prefix=prefix,
            code=code,
        )
        return make_response(page, code)

    @server.before_request
    def guard() -> Response | None:
        if request.path.startswith("/assets/"):
            return None
        if request.path == CALLBACK and not _is_ours(request.get_json(silent=True)):
            return make_response(jsonify(error="no such callback"), 400)
        if not request.path.startswith("/_dash-") and request.path not in ("", "/"):
            return notice(404)
        try:
            source.current()
        except ReleaseError as error:
            server.logger.warning("no release to show: %s", error)
            return notice(503)
        return None

    @server.errorhandler(500)
    def failed(_error: Exception) -> Response:
        return notice(500)


def _is_ours(body: object) -> bool:
    """Whether a request body calls the one callback there is; its value may be anything."""
    if not isinstance(body, dict) or body.get("output") != "view.children":
        return False
    inputs, outputs = body.get("inputs"), body.get("outputs")
    return (
        isinstance(inputs, list)
        and [_place(item) for item in inputs] == [("address", "search")]
        and _place(outputs) == ("view", "children")
        and body.get("state", []) == []
        and body.get("changedPropIds", []) in ([], ["address.search"])
        and isinstance(body.get("parsedChangedPropsIds", []), list)
    )


def _place(item: object) -> tuple[object, object]:
    return (item.get("id"), item.get("property")) if isinstance(item, dict) else (None, None)


def _accepted() -> list[str]:
    return list(request.accept_languages.values())


def _switch(addresses: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(code, NATIVE_NAMES[code], address) for code, address in addresses.items()]


def _skeleton() -> list[Any]:
    blocks = ["skeleton skeleton-headline", *["skeleton skeleton-tile"] * 4, "skeleton skeleton-chart"]
    return [html.Div([html.Div(className=name) for name in blocks], className="skeletons", **{"aria-hidden": "true"})]
