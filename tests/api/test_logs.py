"""What the log leaves out of paths."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from api.logs import shown_path
from gisgrid.cases.codes import CODE_LENGTH, new_code

CODES = st.builds(new_code)
MANGLED = st.text("/abvr 1%.;é\u00a0", max_size=12)


@given(code=CODES, before=MANGLED, after=MANGLED)
def test_no_path_however_mangled_shows_a_code(code: str, before: str, after: str) -> None:
    for path in (f"/{before}/{code}{after}", f"//report/{code}/", f"/v1/reports/{code}%20"):
        assert code not in shown_path(path)
        assert code[1:-1] not in shown_path(path)


def test_a_code_has_the_length_that_is_looked_for() -> None:
    assert len(new_code()) == CODE_LENGTH


def test_other_paths_are_shown_as_they_are() -> None:
    for path in ("/v1/cases/JD20261123-004217/history", "/report", "/v1/grids/310114109001001"):
        assert shown_path(path) == path
    assert shown_path("/report/short/x") == "/report/***/x"
