"""What the tests of printed sheets may use: fonts with Arabic letters."""

import pytest

from survey_app.paper.sheet import PaperError
from survey_app.paper.typeface import Typeface, find_typeface

from ..conftest import unavailable


@pytest.fixture(scope="session")
def typeface() -> Typeface:
    """The fonts of this machine."""
    try:
        return find_typeface()
    except PaperError as error:
        unavailable(str(error))
        raise
