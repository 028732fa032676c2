"""A worker under the real server, over thousands of requests: what it holds must not grow."""

from itertools import pairwise

from benchmarks.web_memory import MORE_FILES, look, rise

REQUESTS = 6_000
RISE_MIB = 1.0  # sound: 0.2 to 0.7; with 600 bytes lost at each request: 1.5, since holes are filled first


def test_fault_52_memory_and_open_files_stay_flat_over_thousands_of_requests() -> None:
    looks = look("sqlite", requests=REQUESTS, warming=6_000, looks=6)  # past the first sweeps
    assert looks[-1].requests - looks[0].requests >= REQUESTS
    assert all(after.requests > before.requests for before, after in pairwise(looks))
    assert rise(looks) < RISE_MIB
    assert looks[-1].files < looks[0].files + MORE_FILES
