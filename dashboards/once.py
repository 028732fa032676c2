"""What is worked out once for a release and kept with it, as long as the release is kept itself."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from analytics.release import Release

MOST = 64
_P = ParamSpec("_P")
_T = TypeVar("_T")


def once(make: Callable[Concatenate[Release, _P], _T]) -> Callable[Concatenate[Release, _P], _T]:
    """A function of a release and hashable choices that remembers its results, of which nobody may change any."""
    name = f"_{make.__module__}.{make.__qualname__}"

    @wraps(make)
    def kept(release: Release, /, *choice: _P.args, **named: _P.kwargs) -> _T:
        results: dict[object, _T] = vars(release).setdefault(name, {})
        key = (*choice, *named.items())
        try:
            return results[key]
        except KeyError:
            made = make(release, *choice, **named)
        if len(results) >= MOST:
            results.clear()
        results[key] = made
        return made

    return kept
