import pytest

from experiments.ingest import encoding
from tests.unit.ingest.conftest import Ingest


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("piece", [1, 4, 5, 1000])
def test_each_line_end_is_read(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch, line_end: str, last: bool, piece: int
) -> None:
    monkeypatch.setattr(encoding, "PIECE_BYTES", piece)
    table, rows = ingest(line_end.join(["a,b", "1,2", "3,4"]) + (line_end if last else ""))
    assert rows == [["1", "2"], ["3", "4"]]
    assert table.line_end == line_end
    assert table.warnings == []


def test_mixed_line_ends_are_read_and_listed(ingest: Ingest) -> None:
    table, rows = ingest("a,b\n1,2\r\n3,4\n5,6\r7,8\n")
    assert rows == [["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"]]
    assert [(warning.code, warning.line) for warning in table.warnings] == [
        ("mixed_line_ends", 2),
        ("mixed_line_ends", 4),
    ]


@pytest.mark.parametrize("inside", ["\n", "\r\n", "\r", "\n\r", "\r\r\n"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_inside_quotes_are_kept_and_no_mixture(ingest: Ingest, inside: str, line_end: str) -> None:
    table, rows = ingest(f'a,b{line_end}1,"x{inside}y"{line_end}3,4{line_end}')
    assert rows == [["1", f"x{inside}y"], ["3", "4"]]
    assert table.line_end == line_end
    assert table.warnings == []


@pytest.mark.parametrize("separator", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_what_only_unicode_takes_for_a_line_end_is_text(ingest: Ingest, separator: str) -> None:
    assert ingest(f'a,b\n1,x{separator}y\n2,"z{separator}"\n')[1] == [["1", f"x{separator}y"], ["2", f"z{separator}"]]
