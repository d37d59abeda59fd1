"""Keys that are proposed for columns that become system params."""

import re
from collections.abc import Sequence

from experiments.prompts.columns import MappedColumn

LONGEST = 60
REFUSED = {"network"}
_NOT_OF_A_WORD = re.compile(r"[\W_]+")


def slug(name: str) -> str:
    """`order_no` for `Order no.`; letters of any script stay. "" where there is none."""
    return _NOT_OF_A_WORD.sub("_", name.casefold()).strip("_")[:LONGEST].strip("_")


def proposed_keys(columns: Sequence[MappedColumn]) -> list[str]:
    """In the order of the columns: the key that each has, or a slug where it has none but its name.

    No two are the same, and none is the beginning of one that is in use: `order` would clash with `order.number`.
    """
    taken = REFUSED | {column.key.partition(".")[0] for column in columns if column.traits.has_key}
    keys = []
    for number, column in enumerate(columns, start=1):
        key = column.key
        if not column.traits.has_key and key in ("", column.name):
            key = _free(slug(column.name) or f"column_{number}", taken)
            taken.add(key)
        keys.append(key)
    return keys


def _free(key: str, taken: set[str]) -> str:
    number = 1
    found = key
    while found in taken:
        number += 1
        found = f"{key}_{number}"
    return found
