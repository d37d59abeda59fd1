"""Keys of system params: dots nest, and no key is in another's way."""

from typing import Any

import pytest

from csv_batches.rules.mapping import ColumnMapping, new_columns
from experiments.core.errors import InvalidInput


def params(*keys: str) -> list[dict[str, Any]]:
    return new_columns([{"name": f"c{n}", "mode": "system_param", "key": key} for n, key in enumerate(keys)])


@pytest.mark.parametrize(
    ("keys", "nested"),
    [
        (["a"], {"a": "0"}),
        (["a.b", "a.c", "d"], {"a": {"b": "0", "c": "1"}, "d": "2"}),
        (["a.b.c", "a.d"], {"a": {"b": {"c": "0"}, "d": "1"}}),
        (["Order no", "é"], {"Order no": "0", "é": "1"}),
        (["a.network", "networks"], {"a": {"network": "0"}, "networks": "1"}),
        (["a", "ab.c"], {"a": "0", "ab": {"c": "1"}}),
    ],
)
def test_dots_nest(keys: list[str], nested: dict[str, Any]) -> None:
    cells = [str(number) for number in range(len(keys))]
    assert ColumnMapping(params(*keys)).system_params(cells) == nested


@pytest.mark.parametrize(
    "keys", [["a", "a"], ["a", "a.b"], ["a.b", "a"], ["a.b.c", "a.b"], ["a.b", "a.b.c"], ["a.b", "x", "a.b"]]
)
def test_keys_in_each_other_s_way_are_refused_with_both_columns(keys: list[str]) -> None:
    with pytest.raises(InvalidInput) as refusal:
        params(*keys)
    assert all(f"“{named}”" in refusal.value.detail for named in ("c0", f"c{len(keys) - 1}", keys[0], keys[-1]))
    assert (refusal.value.code, refusal.value.attr) == ("key_clash", "columns")


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("network", "reserved_key"),
        ("network.name", "reserved_key"),
        ("a..b", "invalid_key"),
        (".a", "invalid_key"),
        ("a.", "invalid_key"),
        (" ", "invalid_key"),
        ("x" * 501, "invalid_key"),
        (".".join("a" * 17), "invalid_key"),
    ],
)
def test_a_key_that_cannot_be_used_is_refused(key: str, code: str) -> None:
    with pytest.raises(InvalidInput, match="“c0”") as refusal:
        params(key)
    assert refusal.value.code == code


@pytest.mark.parametrize("mode", ["ignore", "prompt"])
def test_a_key_counts_only_with_system_param(mode: str) -> None:
    columns = new_columns([{"name": name, "mode": mode, "key": "network..x"} for name in "ab"])
    assert ColumnMapping(columns).system_params(["1", "2"]) == {}


def test_a_name_with_dots_nests_too() -> None:
    columns = new_columns([{"name": "mail.body", "mode": "system_param"}])
    assert ColumnMapping(columns).system_params(["hi"]) == {"mail": {"body": "hi"}}


@pytest.mark.parametrize("name", ["network", "Order no."])
def test_a_name_that_is_no_key_needs_one(name: str) -> None:
    with pytest.raises(InvalidInput, match="another key"):
        new_columns([{"name": name, "mode": "system_param"}])
    assert new_columns([{"name": name, "mode": "system_param", "key": "k"}])
