"""A header in quotes above values that have them only where needed is certain, whatever its names look like."""

import pytest

from tests.unit.ingest.conftest import Ingest, Refusal

UNCERTAIN = [
    ("5,7", "1,2\n3,4"),
    ("2024-01-02,b", "2024-01-03,x\n2024-01-04,y"),
    ("yes,no", "yes,maybe\nyes,so\nno,no"),
    ("--1,b", "--2,x\n3,y"),
    ("a,b", "c,d\n1,2\n3,4\n5,6"),
]


def in_quotes(line: str) -> str:
    return ",".join(f'"{cell}"' for cell in line.split(","))


@pytest.mark.parametrize(("header", "rows"), UNCERTAIN)
def test_names_in_quotes_above_bare_values_are_the_header(ingest: Ingest, header: str, rows: str) -> None:
    table, found = ingest(f"{in_quotes(header)}\n{rows}\n")
    assert [column.header for column in table.columns] == header.split(",")
    assert found == [line.split(",") for line in rows.split("\n")]
    assert not table.warnings


@pytest.mark.parametrize(("header", "rows"), UNCERTAIN)
def test_without_quotes_it_is_asked(refusal: Refusal, header: str, rows: str) -> None:
    assert refusal(f"{header}\n{rows}\n").code == "uncertain_header"


@pytest.mark.parametrize(
    "content",
    [
        '"5","7"\n"1","2"\n"3","4"\n',
        '"5","b"\n1,"x"\n2,"y"\n',
        '"yes",no\nyes,maybe\nyes,so\n',
        '"yes;","b;"\n"yes;",x\n"yes;",y\n',
        '"yes","b"\n"yes","x;"\nyes,y\nyes,z\n',
    ],
    ids=["all in quotes", "texts in quotes", "one name in quotes", "quotes that are needed", "a value too"],
)
def test_quotes_that_the_values_have_too_say_nothing(refusal: Refusal, content: str) -> None:
    assert refusal(content).code == "uncertain_header"


@pytest.mark.parametrize("sign", ["#", "--", "//", "%"])
def test_what_begins_in_quotes_is_no_comment(ingest: Ingest, sign: str) -> None:
    table, rows = ingest(f'"{sign} a, b",c\nx,y\n"{sign} z",w\n')
    assert [column.header for column in table.columns] == [f"{sign} a, b", "c"]
    assert [row[1] for row in rows] == ["y", "w"]
