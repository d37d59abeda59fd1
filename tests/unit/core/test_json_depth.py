"""How deep JSON may be is ours to say, and the same whatever the interpreter takes."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from experiments.core.json_text import MAX_READ_DEPTH, parse, parse_finite
from experiments.ingest import RejectedFile, open_table
from experiments.ingest.jsonl import MAX_LEVELS

READERS = [parse, parse_finite]


def lists(depth: int) -> str:
    return "[" * depth + "]" * depth


def objects(depth: int) -> str:
    return '{"a":' * (depth - 1) + "{}" + "}" * (depth - 1)


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("nested", [lists, objects])
def test_so_many_levels_are_read_and_one_more_is_not(read: Callable[[str], Any], nested: Callable[[int], str]) -> None:
    assert read(nested(MAX_READ_DEPTH))
    for more in (1, 100, 1_000, 100_000):
        with pytest.raises(RecursionError):
            read(nested(MAX_READ_DEPTH + more))


@pytest.mark.parametrize("read", READERS)
def test_the_limit_is_not_the_interpreters(read: Callable[[str], Any]) -> None:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    try:
        with pytest.raises(RecursionError, match=f"more than {MAX_READ_DEPTH} levels"):
            read(lists(MAX_READ_DEPTH + 1))
    finally:
        sys.setrecursionlimit(before)


@pytest.mark.parametrize("read", READERS)
def test_wide_values_and_brackets_within_texts_are_not_deep(read: Callable[[str], Any]) -> None:
    many = MAX_READ_DEPTH * 10
    assert len(read(f"[{','.join(['[{}]'] * many)}]")) == many
    assert read(f'["{"[{" * many}"]') == ["[{" * many]


def test_a_line_of_a_file_has_a_limit_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_text(f'{{"a": {lists(MAX_LEVELS - 1)}}}\n')
    assert list(open_table(file, filename="x.jsonl").rows()) == [[lists(MAX_LEVELS - 1)]]
    file.write_text(f'{{"a": {lists(MAX_LEVELS)}}}\n')
    with pytest.raises(RejectedFile, match="Line 1: the JSON is nested too deep to be read"):
        open_table(file, filename="x.jsonl")
