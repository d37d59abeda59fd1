import pytest

from experiments.ingest import Limits, encoding
from tests.unit.ingest.conftest import Ingest, Refusal, place


def test_quoted_cells_lose_their_quotes_and_nothing_else(ingest: Ingest) -> None:
    table, rows = ingest('a,b\n"x, ""y""\n z ",""\n""""," "\n')
    assert rows == [['x, "y"\n z ', ""], ['"', " "]]
    assert table.warnings == []


@pytest.mark.parametrize("cell", ['5" pipe', 'x"', 'a""b', ' "x"', 'x"y"z'])
def test_a_quote_inside_a_cell_without_quotes_is_kept_and_listed(ingest: Ingest, cell: str) -> None:
    table, rows = ingest(f'a,b\n"m\nn",1\n"ok ""so""",{cell}\n')
    assert rows == [["m\nn", "1"], ['ok "so"', cell]]
    assert [(warning.code, warning.line) for warning in table.warnings] == [("stray_quote", 4)]
    assert "Column 2" in table.warnings[0].detail


def test_a_stray_quote_after_a_long_cell_has_its_own_line(ingest: Ingest) -> None:
    table, _ = ingest('a,b,c\n"1\n2\n3",x"y,"4\n5"\n')
    assert [warning.line for warning in table.warnings] == [4]


@pytest.mark.parametrize("piece", [3, 100_000])
@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ('a,b\n1,"x\n3,4\n5,6\n', 2, 2),
        ('a,b\n1,"x\n3,"y"\n5,6\n', 2, 2),
        ('a,b\n1,2\n"x,y\n"z",4\n', 3, 1),
        ('a,b\n"1\n2",3\n4,"', 4, 2),
        ('a,b\n1,"x""', 2, 2),
        ('a,"b\n1,2\n', 1, 2),
    ],
)
def test_an_unterminated_quote_is_refused_where_it_opened(
    refusal: Refusal, monkeypatch: pytest.MonkeyPatch, content: str, line: int, column: int, piece: int
) -> None:
    monkeypatch.setattr(encoding, "PIECE_BYTES", piece)
    refused = refusal(content)
    assert refused.code == "unterminated_quote"
    assert (refused.extra["line"], refused.extra["column"]) == (line, column)


def test_an_unterminated_quote_does_not_swallow_the_file(refusal: Refusal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "PIECE_BYTES", 100)
    read: list[str] = []
    decode = encoding.text_decoder

    class Counting:
        def __init__(self, declared: encoding.Encoding) -> None:
            self._decoder = decode(declared)

        def decode(self, raw: bytes, *, final: bool) -> str:
            read.append(self._decoder.decode(raw, final=final))
            return read[-1]

    content = 'a,b\n1,"x\n' + "2,y\n" * 200_000
    monkeypatch.setattr("experiments.ingest.csv_table.SAMPLE_BYTES", 1000)
    monkeypatch.setattr(encoding, "text_decoder", Counting)
    monkeypatch.setattr("experiments.ingest.csv_table.offers_for", lambda refused: [])  # what is tried is read again
    refused = refusal(content, limits=Limits(max_cell_chars=2000))
    assert (refused.code, refused.extra["line"], refused.extra["column"]) == ("unterminated_quote", 2, 2)
    assert sum(map(len, read)) < len(content) / 50


@pytest.mark.parametrize(
    ("content", "line", "column", "char"),
    [
        ('a,b\n1,"x"y\n', 2, 2, 6),
        ('a,b\n1,"x" \n', 2, 2, 6),
        ('a,b\n"x"y,2\n', 2, 1, 4),
        ('a,b\n1,"x\nz" y\n', 3, 2, 3),
        ('a,b\n"p\r\nq","x""y"z\n', 3, 2, 10),
    ],
)
def test_text_after_a_closing_quote_is_refused(
    refusal: Refusal, content: str, line: int, column: int, char: int
) -> None:
    refused = refusal(content)
    assert refused.code == "text_after_quote"
    assert place(refused) == {"line": line, "column": column, "char": char}


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("a,b\n1,x\0y\n", {"line": 2, "column": 2, "char": 4}),
        ('a,b\n"q\nr",x\0y\n', {"line": 3, "column": 2, "char": 5}),
        ('a,b\n1,"x\n\0y"\n', {"line": 3, "column": 2, "char": 1}),
        ("a\0,b\n1,2\n", {"line": 1, "column": 1, "char": 2}),
    ],
)
def test_a_nul_is_refused_with_its_place(refusal: Refusal, content: str, where: dict[str, int]) -> None:
    refused = refusal(content)
    assert refused.code == "nul"
    assert place(refused) == where
