"""Whether a schema checks each top-level field of an answer by itself."""

from collections.abc import Mapping
from typing import Any

KEYWORDS = frozenset(
    (
        *("$schema", "$id", "$defs", "$comment", "title", "description", "examples", "default"),
        *("type", "properties", "required", "additionalProperties"),
    )
)
"""Of a schema whose fields do not depend on each other."""


def checks_fields_apart(schema: Mapping[str, Any]) -> bool:
    """Then an answer that fits still does with another value of a field, if that value fits by itself."""
    return schema.keys() <= KEYWORDS
