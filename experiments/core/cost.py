"""What runs cost, in decimals that are never rounded to floats. Pure.

Prices are per million tokens. A remote's own cost counts before any price. What is not known is None, never 0.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from experiments.core.json_numbers import is_number

PRICE_DIGITS, PRICE_PLACES = 16, 6
COST_DIGITS, COST_PLACES = 30, 12
"""As many places as a price has for one token: no sum is rounded. A remote's own cost may be, at the twelfth place."""
LARGEST_COST = Decimal(10) ** 9
"""More is not believed of one run."""
SMALLEST_MAX_COST, LARGEST_MAX_COST = Decimal("0.000001"), Decimal(10) ** 12
CURRENCY = r"[A-Z]{3}"
"""A code of ISO 4217."""
DEFAULT_CURRENCY = "USD"
A_MILLION = Decimal(10) ** 6
_SMALLEST = Decimal(1).scaleb(-COST_PLACES)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens that went in and came out; None: not known. `total` may be known where the two are not."""

    input: int | None = None
    output: int | None = None
    total: int | None = None


NO_TOKENS = Tokens()


@dataclass(frozen=True, slots=True)
class Price:
    """For a million tokens; None: not known."""

    input: Decimal | None = None
    output: Decimal | None = None

    @property
    def is_known(self) -> bool:
        return self.input is not None or self.output is not None

    def cost(self, tokens: Tokens) -> Decimal | None:
        """None where a price or a number is missing that is needed.

        A total alone has a price only where both directions cost the same.
        """
        if tokens.input is None or tokens.output is None:
            is_one_price = self.input is not None and self.input == self.output
            return tokens.total * self.input / A_MILLION if self.input and is_one_price and tokens.total else None
        parts = ((tokens.input, self.input), (tokens.output, self.output))
        if not (tokens.input or tokens.output) or any(number and price is None for number, price in parts):
            return None
        return sum((number * price for number, price in parts if price is not None), Decimal(0)) / A_MILLION


NO_PRICE = Price()


@dataclass(frozen=True, slots=True)
class Prices:
    """Of a network, and of those of its agents that have prices of their own."""

    network: Price = NO_PRICE
    agents: Mapping[str, Price] = field(default_factory=dict)

    def of_agent(self, key: str) -> Price:
        """An agent's own price counts in each direction before the network's."""
        own = self.agents.get(key, NO_PRICE)
        return Price(
            self.network.input if own.input is None else own.input,
            self.network.output if own.output is None else own.output,
        )


@dataclass(frozen=True, slots=True)
class StepUse:
    """What one step of a run used; `cost`: as the provider says."""

    agent_key: str
    tokens: Tokens
    cost: Decimal | None = None


def cost_of_run(own: Decimal | None, tokens: Tokens, steps: Iterable[StepUse], prices: Prices) -> Decimal | None:
    """The runtime's own cost; else, where an agent has its own price or a step its own cost, the sum over the steps,
    where they are all of the run; else what the network's price makes of all tokens."""
    if own is not None:
        return own
    used = list(steps)
    if used and (prices.agents or any(step.cost is not None for step in used)) and _is_all(used, tokens):
        costs = [prices.of_agent(step.agent_key).cost(step.tokens) if step.cost is None else step.cost for step in used]
        known = [cost for cost in costs if cost is not None]
        return sum(known, Decimal(0)) if len(known) == len(used) else None
    return prices.network.cost(tokens)


def _is_all(steps: Iterable[StepUse], tokens: Tokens) -> bool:
    """Whether the steps used what the run says that it used; where it does not say, they are believed."""
    inputs, outputs = ([getattr(step.tokens, way) or 0 for step in steps] for way in ("input", "output"))
    return tokens.input in (None, sum(inputs)) and tokens.output in (None, sum(outputs))


def money(value: object) -> Decimal | None:
    """A cost from a remote: a JSON number that is not negative; None for anything else, such as texts and booleans."""
    return _amount(str(value)) if is_number(value) else None


def money_of_text(text: str | None) -> Decimal | None:
    """The same for a header, which holds a plain decimal number and nothing else."""
    return _amount(text.strip()) if text and text.strip().isascii() else None


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount <= LARGEST_COST:
        return None
    return amount.quantize(_SMALLEST)


def plain(amount: Decimal) -> str:
    """`0.0000042`, `12.5`, `3`: all its places, none that says nothing, no exponent."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def as_number(amount: Decimal | None) -> float | None:
    """For clients that read numbers as floats: the nearest one, which is exact up to fifteen digits."""
    return None if amount is None else float(amount)


def in_words(amount: Decimal, currency: str) -> str:
    """`1,204.50 USD`, `0.0042 USD`: two places, or two significant digits where it is less than one."""
    if amount >= 1 or not amount:
        return f"{amount:,.2f} {currency}"
    places = min(COST_PLACES, max(2, 1 - amount.adjusted()))
    rounded = f"{amount:.{places}f}"
    return f"{rounded} {currency}"


def percentile(costs: list[Decimal], share: int) -> Decimal:
    """Linearly interpolated between the values, of which there is one at least; 0 is the least, 100 the greatest."""
    ordered = sorted(costs)
    place = Decimal(share) * (len(ordered) - 1) / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return (ordered[low] + (ordered[high] - ordered[low]) * (place - low)).quantize(_SMALLEST)
