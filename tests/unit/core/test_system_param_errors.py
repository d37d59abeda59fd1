"""An error of a key says which column it is about."""

import pytest

from experiments.core.errors import InvalidInput, Part
from experiments.core.system_params import KeyTree


@pytest.mark.parametrize(
    ("key", "code", "reason"),
    [
        ("a..b", "invalid_key", "The key “a..b” has an empty part"),
        ("network.x", "reserved_key", "The key “network.x” begins with “network”"),
        ("a.b", "key_clash", "Columns “A” and “B” have the same key"),
        ("a", "key_clash", "The key “a” of column “B” clashes with “a.b” of column “A”"),
        ("a.b.c", "key_clash", "The key “a.b.c” of column “B” clashes with “a.b” of column “A”"),
    ],
)
def test_the_part_is_the_column_and_the_reason_needs_no_place(key: str, code: str, reason: str) -> None:
    tree = KeyTree()
    tree.add(number=0, name="A", key="a.b")
    with pytest.raises(InvalidInput) as refused:
        tree.add(number=3, name="B", key=key)
    error = refused.value
    assert (error.code, error.attr, error.part) == (code, "columns", Part(index=3, name="B", key="key"))
    assert error.reason.startswith(reason)
