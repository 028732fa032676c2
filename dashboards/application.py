"""The dashboards as a Flask server with one Dash application in it, to be mounted by a dispatcher at its prefix.

All that it can read are releases and the file of published actions: it has no database, no key and no session. What
arrives in an address or a callback chooses among the release's own indicators and waves, and can do nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dash import Dash, Input, Output
from dash import html as dash_html
from flask import Flask, Response, abort, jsonify, make_response, redirect, render_template, request
from markupsafe import Markup

from analytics.release import ReleaseError
from dashboards.access import PUBLIC, Page, Viewer, own_areas, visible
from dashboards.downloads import KINDS, file
from dashboards.elements import dcc, html
from dashboards.headers import secure
from dashboards.menu import menu
from dashboards.page import drawn_page, nothing, nowhere, page_exhibits
from dashboards.records import PublishedActions
from dashboards.scene import DOWNLOAD, Publications, Records, Scene, no_publications
from dashboards.settings import DashboardSettings
from dashboards.source import LatestRelease
from dashboards.view import in_language, is_exact, language, parameters, read_view
from dashboards.wire import add_style, compress
from translations.languages import LANGUAGES, NATIVE_NAMES, direction, translator

LARGEST_REQUEST = 64 * 1024
CALLBACK = "/_dash-update-component"
ACCOUNTS = "/account/"


@dataclass(frozen=True)
class Staff:
    """What a site for people who signed in adds: who asks now, what is kept, and the note of each look and download.

    `viewer` gives None where nobody is signed in, who is then sent to `entrance`. `prepare` adds the accounts to the
    server before anything else; what is below ACCOUNTS is theirs, and guards itself. `note` is given who looks, the
    place below the prefix, the query and the release. `publications` reads the chain of releases, which oversight sees.
    """

    prepare: Callable[[Flask], object]
    viewer: Callable[[], Viewer | None]
    records: Records
    note: Callable[[Viewer, str, str, str], None]
    entrance: str
    publications: Callable[[], Publications] = no_publications
    source: LatestRelease | None = None


def create_dashboards(settings: DashboardSettings, prefix: str = "/dashboards/", staff: Staff | None = None) -> Flask:
    """The server. `prefix` is where it is mounted, with a slash at both ends; its own routes start at "/".

    Without `staff` it is the public's: pages that need no account.
    """
    source = (staff and staff.source) or LatestRelease(settings.releases, settings.pinned)
    server = Flask(__name__, static_folder=None)
    server.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    if staff:
        staff.prepare(server)
    looking = staff.viewer if staff else _public
    stage = _Stage(
        source,
        prefix,
        staff.records if staff else PublishedActions(settings.actions),
        staff.publications if staff else no_publications,
        settings.open_data or "",
    )
    _guard(server, source, prefix, looking, staff.entrance if staff else "")
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
        assets_ignore=r"\.css$",
    )
    sheet = add_style(server)
    main = dash_html.Main(_skeleton(), id="view", tabIndex="-1")
    app.layout = dash_html.Div([dcc.Location(id="address", refresh=False), main])

    def index(**parts: str) -> str:
        viewer = looking() or PUBLIC
        found = stage.scene(prefix + request.path.lstrip("/"), request.query_string.decode("latin-1"), viewer)
        release = source.current()
        view = found.view if found else read_view("", _accepted(), release)
        return render_template(
            "overview.html",
            _=translator(view.language),
            language=view.language,
            direction=direction(view.language),
            survey=in_language(release.survey, view.language),
            languages=_switch({code: prefix + view.path + view.with_language(code).query for code in LANGUAGES}),
            pages=menu(viewer, view, prefix),
            prefix=prefix,
            sheet=sheet,
            **{name: Markup(part) for name, part in parts.items()},  # noqa: S704  # Dash's own tags
        )

    app.interpolate_index = index

    def failed(error: Exception) -> list[Any]:
        server.logger.error("a page could not be made", exc_info=error)
        return nothing(language({}, _accepted()))

    @app.callback(  # type: ignore[untyped-decorator]  # dash has no types
        Output("view", "children"), Input("address", "pathname"), Input("address", "search"), on_error=failed
    )
    def show(path: object, search: object) -> list[Any]:
        viewer = looking()
        chosen = language(parameters(search), _accepted())
        if viewer is None:
            return nothing(chosen)
        try:
            found = stage.scene(path, search, viewer)
        except ReleaseError:
            return nothing(chosen)
        if found is None:
            return nowhere(chosen)
        if staff:
            staff.note(viewer, found.view.path, found.view.query, found.release.id)
        return drawn_page(found)

    _hand_out(server, stage, looking, staff)
    secure(server, app.csp_hashes())
    compress(server)
    return server


@dataclass(frozen=True)
class _Stage:
    """Where scenes are made from addresses."""

    source: LatestRelease
    prefix: str
    records: Records
    publications: Callable[[], Publications]
    open_data: str

    def scene(self, path: object, search: object, viewer: Viewer) -> Scene | None:
        """What the viewer may see of an address; None where there is no such page for her. Raises ReleaseError."""
        page = _page(path, self.prefix)
        if page is None or page not in viewer.pages:
            return None
        release = self.source.part(visible(self.source.current(), viewer))
        own = tuple(area.code for area in own_areas(release, viewer))
        view = read_view(search, _accepted(), release, page, own)
        return Scene(release, view, viewer, self.prefix, self.records, self.publications, self.open_data)


def _hand_out(server: Flask, stage: "_Stage", looking: Callable[[], Viewer | None], staff: Staff | None) -> None:
    """Serve the exhibits of every page as files, to those who may open the page and with what they see on it."""

    @server.get("/download/<page>/<name>.<kind>", endpoint=DOWNLOAD)
    def download(page: str, name: str, kind: str) -> Response:
        viewer, search = looking(), request.query_string.decode("latin-1")
        found = stage.scene(stage.prefix + ("" if page == "overview" else page), search, viewer) if viewer else None
        if viewer is None or found is None or kind not in KINDS or not is_exact(search, found.view):
            abort(404)
        exhibit = next((each for each in page_exhibits(found) if each.name == name), None)
        if exhibit is None:
            abort(404)
        if staff:
            staff.note(viewer, found.download(name, kind), found.view.query, found.release.id)
        made = file(exhibit, found, kind)
        answer = make_response(made.content)
        answer.headers["Content-Type"] = made.kind
        answer.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
        return answer


def _public() -> Viewer:
    return PUBLIC


def _page(path: object, prefix: str) -> Page | None:
    """The page at a path below the prefix; None where there is none."""
    if not isinstance(path, str) or not path.startswith(prefix.rstrip("/")):
        return None
    name = path[len(prefix.rstrip("/")) :].strip("/")
    return Page(name) if name in set(Page) else None


def _guard(
    server: Flask, source: LatestRelease, prefix: str, looking: Callable[[], Viewer | None], entrance: str
) -> None:
    """Answer before Dash does where nobody is signed in, there is nothing to show, no such page or no such callback."""

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
        if request.path.startswith(("/assets/", ACCOUNTS)):
            return None
        viewer = looking()
        ours = request.path.startswith("/_dash-")
        if viewer is None:
            return make_response(jsonify(error="sign in"), 401) if ours else make_response(redirect(entrance))
        if request.path == CALLBACK and not _is_ours(request.get_json(silent=True)):
            return make_response(jsonify(error="no such callback"), 400)
        asked = ours or request.endpoint == DOWNLOAD  # which answer for themselves
        if not asked and (elsewhere := _elsewhere(request.path, viewer, prefix)) is not None:
            return make_response(redirect(elsewhere)) if elsewhere else notice(404)
        try:
            source.current()
        except ReleaseError as error:
            server.logger.warning("no release to show: %s", error)
            return notice(503)
        return None

    def told(code: int) -> None:
        server.register_error_handler(code, lambda _error: notice(code))

    for code in (404, 500, 503):
        told(code)


def _elsewhere(path: str, viewer: Viewer, prefix: str) -> str | None:
    """None where the viewer may open the page at a path; else where she is sent, "" for nowhere."""
    page = _page(path, "/")
    if page in viewer.pages:
        return None
    return prefix + viewer.pages[0] if page is Page.OVERVIEW and viewer.pages else ""


def _is_ours(body: object) -> bool:
    """Whether a request body calls the one callback there is; its value may be anything."""
    if not isinstance(body, dict) or body.get("output") != "view.children":
        return False
    inputs, outputs = body.get("inputs"), body.get("outputs")
    return (
        isinstance(inputs, list)
        and [_place(item) for item in inputs] == [("address", "pathname"), ("address", "search")]
        and _place(outputs) == ("view", "children")
        and body.get("state", []) == []
        and _are_ours(body.get("changedPropIds", []))
        and isinstance(body.get("parsedChangedPropsIds", []), list)
    )


def _are_ours(changed: object) -> bool:
    return isinstance(changed, list) and all(name in ("address.pathname", "address.search") for name in changed)


def _place(item: object) -> tuple[object, object]:
    return (item.get("id"), item.get("property")) if isinstance(item, dict) else (None, None)


def _accepted() -> list[str]:
    return list(request.accept_languages.values())


def _switch(addresses: dict[str, str]) -> list[tuple[str, str, str]]:
    return [(code, NATIVE_NAMES[code], address) for code, address in addresses.items()]


def _skeleton() -> list[Any]:
    blocks = ["skeleton skeleton-headline", *["skeleton skeleton-tile"] * 4, "skeleton skeleton-chart"]
    return [html.Div([html.Div(className=name) for name in blocks], className="skeletons", **{"aria-hidden": "true"})]
