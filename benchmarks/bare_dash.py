"""The floor of the dashboards' benchmarks: the least Dash page that shows a graph, drawn by the one callback it has.

It is compressed as ours is.
"""

from typing import Any

import dash
from flask import Flask

from dashboards.wire import compress

html: Any = dash.html
dcc: Any = dash.dcc


def site() -> Flask:
    """The page at "/"."""
    server = Flask(__name__)
    app: Any = dash.Dash(__name__, server=server, serve_locally=True)  # type: ignore[arg-type]  # as it is documented
    app.layout = html.Div([dcc.Location(id="address"), html.Div(id="view")])

    @app.callback(dash.Output("view", "children"), dash.Input("address", "search"))  # type: ignore[untyped-decorator]  # dash has no types
    def show(_search: object) -> Any:
        return dcc.Graph(figure={"data": [{"x": [1, 2, 3], "y": [4, 1, 2]}], "layout": {}})

    compress(server)
    return server
