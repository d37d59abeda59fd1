"""How long a whole batch takes and how many tokens it uses, estimated from a few of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import quantiles

from experiments.core import cost


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds for the whole batch if every row takes as long as the median row (p50) or a slow one (p95).

    `tokens`: of the whole batch; None where the network does not report how many it used. `row_cost_…`: of the median
    row and of a dear one, `cost_…`: of the whole batch if every row costs as much; None where no cost is known.
    """

    p50_s: float
    p95_s: float
    tokens: int | None
    row_cost_p50: Decimal | None = None
    row_cost_p95: Decimal | None = None
    cost_p50: Decimal | None = None
    cost_p95: Decimal | None = None


def estimate(
    elapsed_ms: Sequence[int], *, tokens: int, rows: int, at_a_time: int, costs: Sequence[Decimal] = ()
) -> Estimate | None:
    """From the times of the rows that were tried, the tokens that they used together, and the costs of those of which
    it is known; None without a row."""
    if not elapsed_ms:
        return None
    seconds_per_ms = rows / max(1, min(at_a_time, rows)) / 1000
    return Estimate(
        p50_s=round(percentile(elapsed_ms, 50) * seconds_per_ms, 3),
        p95_s=round(percentile(elapsed_ms, 95) * seconds_per_ms, 3),
        tokens=round(tokens / len(elapsed_ms) * rows) if tokens else None,
        **(_costs(costs, rows) if costs else {}),
    )


def _costs(costs: Sequence[Decimal], rows: int) -> dict[str, Decimal]:
    p50, p95 = (cost.percentile(list(costs), share) for share in (50, 95))
    return {"row_cost_p50": p50, "row_cost_p95": p95, "cost_p50": p50 * rows, "cost_p95": p95 * rows}


def percentile(values: Sequence[int], share: int) -> float:
    """Linearly interpolated between the values; the least is the 0th percentile, the greatest the 100th."""
    return float(values[0]) if len(values) == 1 else quantiles(values, n=100, method="inclusive")[share - 1]
