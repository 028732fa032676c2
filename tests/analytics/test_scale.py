"""The same summary from a database as from memory: DuckDB over Parquet, PostgreSQL, Spark."""

import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine

from analytics import scale
from analytics.survey.cube.cube import means, totals
from analytics.survey.cube.sampling_frame import frame
from analytics.survey.cube.summary import Summary, merge
from analytics.survey.cube.tally import summarise
from analytics.survey.design import survey_design
from analytics.survey.variables import EstimationError
from tests.analytics.r.cases import GOLDEN

ITEMS = ["q1", "q4", "index", "trust_high", "one"]
BY = ["neighbourhood", "sex"]
# Ibis asks DuckDB, and Arrow asks pandas, by names that the newest of them would have otherwise.
pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table", "ignore:The 'future.infer_string' option")
LAYOUT = scale.Layout(weight="base_weight", population="n_psu_pop")


@pytest.fixture(scope="module")
def responses() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "trust.csv")


@pytest.fixture
def parquet(responses: pd.DataFrame, tmp_path: Path) -> Any:
    for wave, part in responses.groupby("wave"):
        part.to_parquet(tmp_path / f"{wave}.parquet")
    return scale.parquet(str(tmp_path / "*.parquet"))


def in_memory(responses: pd.DataFrame) -> Summary:
    design = survey_design(responses, weights="base_weight", strata="stratum", psu="psu", fpc="n_psu_pop")
    return summarise(design, ITEMS, BY)


def assert_equal(found: Summary, wanted: Summary) -> None:
    for verb in (means, totals):
        ours, theirs = verb(found), verb(wanted)
        assert ours.keys.to_numpy().tolist() == theirs.keys.to_numpy().tolist()
        for name in ("value", "se", "deff", "n", "psus", "domain_df"):
            np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), rtol=1e-9, atol=1e-12, err_msg=name)
        assert (ours.reason == theirs.reason).all()
        assert ours.df == theirs.df


def test_duckdb_over_parquet_gives_the_summary_of_memory(parquet: Any, responses: pd.DataFrame) -> None:
    assert_equal(scale.summarise(parquet, ITEMS, BY, layout=LAYOUT), in_memory(responses))


def test_waves_that_were_summed_apart_merge_to_the_whole(parquet: Any, responses: pd.DataFrame) -> None:
    places = scale.drawn(parquet, LAYOUT)
    parts = [
        scale.summarise(parquet.filter(parquet.wave == wave), ITEMS, BY, layout=LAYOUT, places=places)
        for wave in (3, 1, 2)
    ]
    assert_equal(merge(*parts), in_memory(responses))


def test_a_plan_with_empty_psus_counts_them(parquet: Any, responses: pd.DataFrame) -> None:
    plan = responses[["stratum", "psu", "n_psu_pop"]].drop_duplicates()
    some = responses["psu"] % 5 > 0
    places = frame(plan, psu="psu", strata="stratum", population="n_psu_pop")
    found = scale.summarise(parquet.filter(parquet.psu % 5 > 0), ITEMS, BY, layout=LAYOUT, places=places)
    design = survey_design(responses, weights="base_weight", strata="stratum", psu="psu", fpc="n_psu_pop")
    wanted = means(summarise(design, ITEMS, BY, some))
    np.testing.assert_allclose(means(found).se[means(found).n > 1], wanted.se[wanted.n > 1], rtol=1e-9)


@pytest.mark.postgres
def test_postgresql_gives_the_summary_of_memory(postgres_engine: Engine, responses: pd.DataFrame) -> None:
    with postgres_engine.begin() as connection:
        responses.to_sql("responses", connection, index=False)
    url = postgres_engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    backend = ibis.connect(url)
    found = scale.summarise(backend.table("responses"), ITEMS, BY, layout=LAYOUT)
    backend.disconnect()
    assert_equal(found, in_memory(responses))


@pytest.fixture
def spark(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    # 490 MB and Java are no part of the development tools; where somebody has them, they are tried.
    sql = pytest.importorskip("pyspark.sql", reason="PySpark, no part of the development tools, is not installed")
    if which("java") is None:
        pytest.skip("Spark needs Java")
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    monkeypatch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "2", "spark.driver.host": "127.0.0.1"}
    builder = sql.SparkSession.builder.master("local[1]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.mark.filterwarnings("ignore")  # PySpark warns of Java, of pandas and of itself
def test_spark_gives_the_summary_of_memory(spark: Any, responses: pd.DataFrame, tmp_path: Path) -> None:
    responses.to_parquet(tmp_path / "responses.parquet")
    table = ibis.pyspark.connect(spark).read_parquet(str(tmp_path / "responses.parquet"))
    assert_equal(scale.summarise(table, ITEMS, BY, layout=LAYOUT), in_memory(responses))


def test_text_and_unknown_columns_are_refused_with_what_to_do(parquet: Any) -> None:
    with pytest.raises(EstimationError, match="make a column of nought and one"):
        scale.cells(parquet, ["mode"], BY, LAYOUT)
    with pytest.raises(EstimationError, match="no column 'age'"):
        scale.cells(parquet, ITEMS, ["age"], LAYOUT)


def test_without_ibis_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ibis", None)
    with pytest.raises(EstimationError, match=r"pip install 'thiqa\[scale\]'"):
        scale.parquet("nowhere.parquet")
