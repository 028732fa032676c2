"""Responses as a table: one row a person, one column a variable, in an order that depends on the content alone.

The table never leaves the custodian's side. Its row order and index say nothing of when a response came.
"""

import pandas as pd
from sqlmodel import Session, col, select

from survey_app.engine import Questionnaire, codebook, decode
from survey_app.storage.tables import ResponseRow

DESIGN_COLUMNS = ("wave", "mode", "language", "entry", "hurried", "weight", "stratum", "psu")


def read_microdata(session: Session, questionnaires: dict[str, Questionnaire]) -> pd.DataFrame:
    """The responses of these waves (wave id -> questionnaire): DESIGN_COLUMNS and one column a variable.

    Values are codes, numbers and tuples of codes; None is no answer and also what was not asked. Rows are sorted by
    content.
    """
    variables = list(dict.fromkeys(name for form in questionnaires.values() for name in codebook(form)))
    columns = [getattr(ResponseRow, name) for name in (*DESIGN_COLUMNS, "answers")]
    statement = select(*columns).where(col(ResponseRow.wave).in_(list(questionnaires)))
    records = [(*row[:-1], *(decode(row[-1].get(name)) for name in variables)) for row in session.execute(statement)]
    frame = pd.DataFrame(records, columns=[*DESIGN_COLUMNS, *variables], dtype=object)
    order = frame.map(lambda value: "" if value is None else str(value)).apply("\x1f".join, axis=1)
    return frame.iloc[order.argsort(kind="stable")].reset_index(drop=True) if len(frame) else frame
