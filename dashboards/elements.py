"""Dash's elements without their generated types, which have no place for aria attributes.

Nothing else belongs here; every other module takes its elements from this one.
"""

from typing import Any

import dash

html: Any = dash.html
dcc: Any = dash.dcc
