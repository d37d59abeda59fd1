"""Numbers of JSON as they came: read, compared and written without being rounded.

A number that a float would round, or write with fewer digits, is a `Decimal`; all others are floats and integers, as
everywhere. `exact` makes them comparable: a float stands for the decimal number that it is written as.
"""

import json
import math
import os
import re
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Any, TypeGuard

SAFE_DIGITS = 15
"""So many digits of a decimal survive in a double, whatever they are: C11, 5.2.4.2.2, DBL_DIG."""
MAX_DIGITS = 4000
"""Characters of a number that is kept."""
MAX_EXPONENT = 400
"""What is nearer to zero than ten to the power of minus this is not kept. What a float cannot hold is not either."""
PRECISION = 2 * (MAX_DIGITS + MAX_EXPONENT)
"""Digits, enough for the sum of any two numbers that are kept."""


def kept_number(literal: str) -> float | Decimal | None:
    """A number with a point or an exponent; None where it cannot be kept: too large, too near to zero, or too long."""
    number = float(literal)
    if len(literal) <= SAFE_DIGITS and literal[-1] != "0" and "e" not in literal and "E" not in literal:
        return number
    # Most others are written as a float is written.
    return number if repr(number) == literal else _odd_number(number, literal)


def _odd_number(number: float, literal: str) -> float | Decimal | None:
    """`number` itself where nothing of the literal is lost with it, not even a zero at its end."""
    if not math.isfinite(number) or len(literal) > MAX_DIGITS:
        return None
    kept = Decimal(literal)
    if not number and kept.adjusted() < -MAX_EXPONENT and kept:
        return None
    if literal[-1] == "0" and "e" not in literal and "E" not in literal:
        return kept
    return number if Decimal(repr(number)) == kept else kept


def is_number(value: Any) -> TypeGuard[int | float | Decimal]:
    """Whether a JSON value is a number: true and false are none."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def exact(number: float | Decimal) -> Decimal:
    """The number that a JSON text says: 0.1 is a tenth, however it was read."""
    return number if isinstance(number, Decimal) else Decimal(repr(number))


def shortest(number: Decimal) -> Decimal:
    """The same number without zeros at its end, which is written the same for equal ones."""
    with localcontext(prec=PRECISION):
        return number.normalize()


def as_whole(value: Any) -> Any:
    """A whole number as an integer, however it is written: 274.0 is 274. Anything else as it is."""
    if not isinstance(value, float | Decimal):
        return value
    number = exact(value)
    return int(number) if number == number.to_integral_value() else value


class ExactEncoder(json.JSONEncoder):
    """`json.JSONEncoder` that writes each `Decimal` as the number that it is. `fallback` makes JSON of what is none."""

    fallback: Callable[[Any], Any] | None = None

    def encode(self, o: Any) -> str:
        self._numbers: list[str] = []
        text = super().encode(o)
        if not self._numbers:
            return text
        numbers = self._numbers
        return re.sub(f'"{self._mark}([0-9]+)"', lambda found: numbers[int(found[1])], text)

    def default(self, o: Any) -> Any:
        if not isinstance(o, Decimal):
            return super().default(o) if self.fallback is None else self.fallback(o)
        if not self._numbers:
            # Nobody who wrote a text of the value can know it.
            self._mark = f"number-{os.urandom(12).hex()}-"
        self._numbers.append(str(o))
        return f"{self._mark}{len(self._numbers) - 1}"


def to_json(
    value: Any, *, ensure_ascii: bool = False, fallback: Callable[[Any], Any] | None = None, **options: Any
) -> str:
    """As `json.dumps` with these options, exactly. `fallback` as `default` there."""
    encoder = ExactEncoder(ensure_ascii=ensure_ascii, **options)
    encoder.fallback = fallback
    return encoder.encode(value)
