"""Warnings about a file, by their kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import WarningCode

LABELS: Mapping[str, str] = {
    WarningCode.BLANK_LINE: "Blank lines",
    WarningCode.DUPLICATE_HEADER: "Headers that repeat",
    WarningCode.EMPTY_HEADER: "Columns without a header",
    WarningCode.EXTRA_EMPTY_CELLS: "Empty cells beyond the last column",
    WarningCode.MISSING_KEY: "Objects without some keys",
    WarningCode.MIXED_LINE_ENDS: "Line ends",
    WarningCode.SHORT_ROW: "Short rows",
    WarningCode.STRAY_QUOTE: "Stray quotes",
    WarningCode.COMMENT_LINE: "Comment lines",
    WarningCode.EMPTY_ROW: "Rows of empty cells",
    WarningCode.REPEATED_HEADER: "Rows that repeat the header",
    WarningCode.UNCERTAIN_DELIMITER: "Delimiter",
    WarningCode.UNCERTAIN_HEADER: "Header",
    WarningCode.UNCERTAIN_QUOTE: "Quotes",
}


@dataclass(frozen=True)
class WarningGroup:
    label: str
    warnings: tuple[Mapping[str, Any], ...]


def groups_of_warnings(warnings: Sequence[Mapping[str, Any]]) -> list[WarningGroup]:
    """In the order in which each kind is met first."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for warning in warnings:
        found.setdefault(warning["code"], []).append(warning)
    return [
        WarningGroup(LABELS.get(code) or code.replace("_", " ").capitalize(), tuple(some))
        for code, some in found.items()
    ]
