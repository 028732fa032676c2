"""Figures as Parquet: what is written is read, by column or one by one, whatever the order it came in."""

from dataclasses import replace
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.release import Figure, ReleaseError
from analytics.release.estimates import KEY, Column, figures, written

TEXTS = st.sampled_from(["", "trust", "أمن", "é", "é", "w1", "\n", "z" * 40])
NUMBERS = st.none() | st.floats(allow_nan=False, allow_infinity=False)
FIGURES = st.builds(
    Figure, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, TEXTS, reason=TEXTS, flag=TEXTS, method=TEXTS,
    n=st.none() | st.integers(0, 10**6), n_to=st.none() | st.integers(0, 10**6), span=st.integers(1, 24),
    estimate=NUMBERS, se=NUMBERS, low=NUMBERS, high=NUMBERS, df=NUMBERS, deff=NUMBERS,
)  # fmt: skip


@settings(max_examples=40)
@given(rows=st.lists(FIGURES, unique_by=lambda figure: figure.key, max_size=12), data=st.data())
def test_what_is_written_is_read_in_the_order_of_its_keys(rows: list[Figure], data: st.DataObject) -> None:
    content = written(rows)
    found = figures(content)
    expected = sorted(rows, key=lambda figure: figure.key)
    assert list(found) == expected
    assert [found[at] for at in range(len(found))] == found[:] == expected
    assert found == expected
    for at, figure in enumerate(expected):
        assert found.by_key[figure.key] == at
    assert written(data.draw(st.permutations(rows))) == content
    assert written(found) == content


def test_a_key_that_is_not_there_is_not_found() -> None:
    row = Figure("trust", "w1", "a", "", "", "confidential", "protected", span=4)
    found = figures(written([row, replace(row, area="b", span=1)]))
    for key in [("trust", "w1", "a", "", "", 1), ("trust", "w1", "c", "", "", 4), ("trust", "w1", "a", "", "", -1)]:
        with pytest.raises(KeyError):
            found.by_key[key]
    with pytest.raises(IndexError):
        found[2]
    assert found[-1].area == "b"


def test_two_figures_about_the_same_thing_are_not_written() -> None:
    row = Figure("trust", "w1", "", "", "", "confidential", "protected")
    with pytest.raises(ReleaseError, match="same thing"):
        written([row, replace(row, status="unavailable")])


def test_a_column_is_decoded_when_it_is_asked_for() -> None:
    found = figures(written([Figure("trust", "w1", "", "", "", "confidential", "protected")]))
    assert found._columns == {}
    assert found.column("indicator")[0] == "trust"
    assert set(found._columns) == {"indicator"}
    assert found.by_key[("trust", "w1", "", "", "", 1)] == 0
    assert set(found._columns) == set(KEY)


def test_a_column_of_many_values_holds_them_all() -> None:
    many = 70_000  # more than fit two bytes
    floats = Column(pa.chunked_array([pa.array([None, *(at / 7 for at in range(many))], pa.float64())]))
    assert floats.levels == []
    assert floats[0] is None
    assert floats.values(slice(many - 1, many + 1)) == [(many - 2) / 7, (many - 1) / 7]
    whole = Column(pa.chunked_array([pa.array([None, *range(many)], pa.int64())]))
    assert whole[0] is None
    assert whole[many] == many - 1
    assert isinstance(whole[many], int)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no file of figures at all"])
def test_what_is_no_file_of_figures_is_said(content: bytes) -> None:
    with pytest.raises(ReleaseError, match="no Parquet file"):
        figures(content)


def test_a_file_with_other_columns_is_refused() -> None:
    out = BytesIO()
    pq.write_table(pa.table({"indicator": ["trust"]}), out)
    with pytest.raises(ReleaseError, match="other columns"):
        figures(out.getvalue())
