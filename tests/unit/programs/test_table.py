"""CSV as people and spreadsheets write it."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.programs.table import BadTableError, Columns, Row, RowProblem, open_table

COLUMNS = Columns(required=("external_id", "phone"), optional=("name", "note"))

HEADER = "external_id,phone,name\n"


def write(folder: Path, content: str | bytes) -> Path:
    path = folder / "clients.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows(folder: Path, content: str | bytes) -> list[Row | RowProblem]:
    with open_table(write(folder, content), COLUMNS) as table:
        return list(table.rows())


def cells(folder: Path, content: str | bytes) -> list[dict[str, str]]:
    found = rows(folder, content)
    assert all(isinstance(row, Row) for row in found), found
    return [row.cells for row in found if isinstance(row, Row)]


def refused(folder: Path, content: str | bytes) -> list[tuple[int, str, str]]:
    return [
        (row.line, row.column, row.code)
        for row in rows(folder, content)
        if isinstance(row, RowProblem)
    ]


JOSE = {"external_id": "c1", "phone": "+12025550123", "name": "José"}


@pytest.mark.parametrize(
    "content",
    [
        "external_id,phone,name\nc1,+12025550123,José\n".encode(),
        "\ufeffexternal_id,phone,name\r\nc1,+12025550123,José\r\n".encode(),
        "external_id;phone;name\nc1;+12025550123;José\n".encode(),
        "external_id\tphone\tname\nc1\t+12025550123\tJosé\n".encode("utf-16"),
        b"\xff\xfe" + "external_id,phone,name\nc1,+12025550123,José\n".encode("utf-16-le"),
        "external_id,phone,name\nc1,+12025550123,José\n".encode("utf-16-be"),
        "external_id,phone,name\nc1,+12025550123,José\n".encode("cp1252"),
        "external_id,phone,name\rc1,+12025550123,José\r".encode(),
        "sep=;\nexternal_id;phone;name\nc1;+12025550123;José\n".encode(),
        "\n\nExternal ID , PHONE,Name\n\n c1\u00a0,\u202a+12025550123\u202c,  José \n,,\n".encode(),
        'external_id,phone,name\nc1,"=""+12025550123""",José\n'.encode(),
        "external_id,phone,name\nc1,'+12025550123,José\n".encode(),
        "external_id,phone,name,\nc1,+12025550123,José,\n".encode(),
    ],
    ids=[
        "plain",
        "mark and CRLF",
        "semicolons",
        "UTF-16 and tabs",
        "UTF-16 LE",
        "UTF-16 BE without mark",
        "Windows-1252",
        "old Mac",
        "sep=",
        "empty lines and odd spaces",
        "number forced to text",
        "apostrophe",
        "empty last column",
    ],
)
def test_the_habits_of_spreadsheets_are_read(tmp_path: Path, content: bytes) -> None:
    assert cells(tmp_path, content) == [JOSE]


def test_one_old_row_spoils_no_other(tmp_path: Path) -> None:
    content = "external_id,phone,name\na,1,José\n".encode() + "b,2,Zoë\n".encode("cp1252")
    with open_table(write(tmp_path, content), COLUMNS) as table:
        names = [row.cells["name"] for row in table.rows() if isinstance(row, Row)]
    assert names == ["José", "Zoë"]
    assert [(warning.line, warning.code) for warning in table.warnings] == [(3, "encoding")]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    content = HEADER + '\na,1,"two\nlines"\n\nb,2,x\n'
    assert [row.line for row in rows(tmp_path, content)] == [3, 6]


def test_a_cell_that_spans_lines_becomes_one_line(tmp_path: Path) -> None:
    assert cells(tmp_path, HEADER + 'a,1,"two\r\nlines"\n')[0]["name"] == "two lines"


def test_a_quote_that_never_closes_costs_one_row(tmp_path: Path) -> None:
    content = HEADER + 'a,1,"open\n' + "".join(f"b{n},2,x\n" for n in range(100))
    found = rows(tmp_path, content)
    assert refused(tmp_path, content) == [(2, "", "quote")]
    assert len(found) == 101
    assert [row.line for row in found] == list(range(2, 103))


def test_a_quote_closed_by_the_next_row_costs_one_row(tmp_path: Path) -> None:
    content = HEADER + 'a,1,"open\nb,2,"Bo"\nc,3,"Cy"\n'
    assert refused(tmp_path, content) == [(2, "", "quote")]
    assert len(rows(tmp_path, content)) == 3


def test_cells_that_a_short_row_lacks_say_nothing(tmp_path: Path) -> None:
    assert cells(tmp_path, HEADER + "a,1\n") == [{"external_id": "a", "phone": "1"}]


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("a,1,x,y\n", "", "too_many_cells"),
        ("a,1,=A1&B1\n", "name", "formula"),
        ("a,#REF!,x\n", "phone", "spreadsheet_error"),
        ("a,########,x\n", "phone", "spreadsheet_error"),
        ("a,1,x\0y\n", "name", "odd_character"),
        ("a,1,\x1b[31m\n", "name", "odd_character"),
        ('a,1,"x"y\n', "", "quote"),
    ],
)
def test_a_bad_row_is_told_and_stops_no_other(
    tmp_path: Path, row: str, column: str, code: str
) -> None:
    content = HEADER + row + "b,2,x\n"
    assert refused(tmp_path, content) == [(2, column, code)]
    assert isinstance(rows(tmp_path, content)[-1], Row)


def test_a_trailing_delimiter_adds_no_cell(tmp_path: Path) -> None:
    assert len(cells(tmp_path, HEADER + "a,1,x,,,\n")) == 1


@pytest.mark.parametrize(
    ("content", "line", "column", "code"),
    [
        ("", 1, "", "empty"),
        ("\n\n", 1, "", "empty"),
        ("external_id,name\n", 1, "phone", "missing_column"),
        ("\nexternal_id,phone,Phone\n", 2, "phone", "duplicate_column"),
    ],
)
def test_a_table_without_its_columns_is_refused_as_a_whole(
    tmp_path: Path, content: str, line: int, column: str, code: str
) -> None:
    with pytest.raises(BadTableError) as error:
        open_table(write(tmp_path, content), COLUMNS)
    problem = error.value.problem
    assert (problem.line, problem.column, problem.code) == (line, column, code)


def test_unknown_columns_warn(tmp_path: Path) -> None:
    with open_table(write(tmp_path, "external_id,phone,shoe\na,1,2\n"), COLUMNS) as table:
        assert [row.cells for row in table.rows() if isinstance(row, Row)] == [
            {"external_id": "a", "phone": "1"}
        ]
    assert [(w.line, w.column, w.code) for w in table.warnings] == [(1, "shoe", "unknown_column")]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_reading_fail(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    folder = tmp_path_factory.mktemp("noise")
    for row in rows(folder, HEADER.encode() + noise):
        assert row.line >= 2


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20).filter(
            lambda text: not text.startswith(("=", "#", "'"))
        ),
        min_size=1,
        max_size=10,
    )
)
def test_what_a_csv_writer_quotes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("quoted")
    quoted = "".join(
        f'{n},1,"{name.replace(chr(34), chr(34) * 2)}"\n' for n, name in enumerate(names)
    )
    assert [row["name"] for row in cells(folder, HEADER + quoted)] == names
