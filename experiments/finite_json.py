"""JSON without the numbers that Python's reader takes and JSON does not have."""

import json
from math import isfinite
from typing import Any


def loads(text: str) -> Any:
    """As `json.loads`; NaN, infinities and numbers that are too large for a float are a ValueError."""
    return json.loads(text, parse_constant=_no_constant, parse_float=_finite)


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if not isfinite(number):
        raise ValueError(f"the number {digits[:40]} is too large")
    return number
