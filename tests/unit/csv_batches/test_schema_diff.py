"""The difference between two schemas, line by line."""

from csv_batches.wizard.review.schema_diff import DiffLine, diff_lines, diff_parts


def test_lines_are_kept_removed_and_added() -> None:
    assert list(diff_lines("a\nb\nc", "a\nx\nc")) == [
        DiffLine("kept", "a"),
        DiffLine("removed", "b"),
        DiffLine("added", "x"),
        DiffLine("kept", "c"),
    ]


def test_from_nothing_everything_is_added() -> None:
    assert [line.change for line in diff_lines("", "a\nb")] == ["added", "added"]


def test_what_is_far_from_a_change_is_counted() -> None:
    before = "\n".join(str(number) for number in range(20))
    found = list(diff_lines(before, f"{before}\nnew"))
    assert found[0] == DiffLine("skipped", "17 lines are the same")
    assert [line.change for line in found[1:]] == ["kept", "kept", "kept", "added"]


def test_only_the_keys_that_differ_have_a_part() -> None:
    before = {"respond_payload_schema": {"type": "object"}, "respond_payload_guidance": "Answer."}
    after = {"respond_payload_schema": {"type": "object"}, "respond_payload_guidance": "Answer well."}
    assert [part.title for part in diff_parts(before, after)] == ["Guidance"]


def test_a_very_long_line_is_cut_and_says_so() -> None:
    text = next(iter(diff_lines("", "x" * 5000))).text
    assert len(text) < 2200
    assert "more characters" in text
