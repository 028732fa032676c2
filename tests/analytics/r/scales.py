"""R's functions of scales: `svycralpha`."""

from analytics.survey.measurement.scales import reliability

from .evaluate import Quantities, Scope, designed, names, verb
from .syntax import Call


@verb("svycralpha")
def _alpha(call: Call, scope: Scope) -> Quantities:
    scope = designed(call.get("design", 1), scope)
    return {"est": reliability(scope.design, names(call.get("formula", 0)), where=scope.where).alpha}
