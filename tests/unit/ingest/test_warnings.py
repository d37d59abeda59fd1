from tests.unit.ingest.conftest import Ingest


def test_a_hundred_lines_of_a_code_are_listed_and_all_are_counted(ingest: Ingest) -> None:
    table, _ = ingest("a,b\n1\n" + "\n1,2\n" * 150, ragged="pad")
    blank = [warning for warning in table.warnings if warning.code == "blank_line"]
    assert table.log.counts == {"short_row": 1, "blank_line": 150}
    assert [warning.line for warning in blank[:-1]] == list(range(3, 203, 2))
    assert blank[-1].line is None
    assert blank[-1].detail.startswith("150 lines")


def test_up_to_a_hundred_need_no_summary(ingest: Ingest) -> None:
    table, _ = ingest("a,b\n" + "\n1,2\n" * 100)
    assert len(table.warnings) == 100
    assert all(warning.line for warning in table.warnings)
