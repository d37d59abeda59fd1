"""What this process has counted and not written down yet: calls, how long they took, rows by how they ended.

Rounds count here, in memory; every few seconds what came together is added to the table that `/metrics` reads. A
process that is killed takes the last seconds of its counts along, and nothing else depends on them.
"""

import json
import logging
import threading
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import DataError, IntegrityError, ProgrammingError, connection

from experiments.core.choices import RowError, RowStatus
from experiments.core.logs import warn_once_in_a_while
from experiments.models.totals import BOUNDS_S, no_calls
from experiments.worker.record import Outcome

logger = logging.getLogger(__name__)

EVERY_S = 5.0
Key = tuple[str, int, str, str]
"""Kind, network, outcome, status of the row after it."""

# In one order, so that two processes never wait for each other.
_ADD = """
INSERT INTO experiments_calltotal AS t (kind, network_id, outcome, status, recorded, calls, seconds, buckets, tokens,
                                        input_tokens, output_tokens, cost)
SELECT kind, network_id, outcome, status, recorded, calls, seconds,
       ARRAY(SELECT b.count::bigint FROM jsonb_array_elements_text(g.buckets) WITH ORDINALITY AS b(count, n)
             ORDER BY n),
       tokens, input_tokens, output_tokens, cost
FROM jsonb_to_recordset(%s::jsonb) AS g(kind text, network_id bigint, outcome text, status text, recorded bigint,
    calls bigint, seconds float8, buckets jsonb, tokens bigint, input_tokens bigint, output_tokens bigint, cost numeric)
ORDER BY kind, network_id, outcome, status
ON CONFLICT (kind, network_id, outcome, status) DO UPDATE
SET recorded = t.recorded + excluded.recorded, calls = t.calls + excluded.calls,
    seconds = t.seconds + excluded.seconds,
    buckets = ARRAY(SELECT coalesce(b.was, 0) + coalesce(b.more, 0)
                    FROM unnest(t.buckets, excluded.buckets) WITH ORDINALITY AS b(was, more, n) ORDER BY n),
    tokens = t.tokens + excluded.tokens,
    input_tokens = t.input_tokens + excluded.input_tokens, output_tokens = t.output_tokens + excluded.output_tokens,
    cost = CASE WHEN excluded.cost IS NULL THEN t.cost ELSE coalesce(t.cost, 0) + excluded.cost END
"""


@dataclass(slots=True)
class _Sums:
    recorded: int = 0
    calls: int = 0
    seconds: float = 0.0
    buckets: list[int] = field(default_factory=no_calls)
    tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal | None = None

    def add(self, outcome: Outcome) -> None:
        self.recorded += 1
        self.tokens += outcome.tokens
        self.input_tokens += outcome.tokens_used.input or 0
        self.output_tokens += outcome.tokens_used.output or 0
        if outcome.cost is not None:
            self.cost = (self.cost or Decimal(0)) + outcome.cost
        if is_call(outcome) and outcome.elapsed_ms is not None:
            seconds = outcome.elapsed_ms / 1000
            self.calls += 1
            self.seconds += seconds
            self.buckets[bisect_left(BOUNDS_S, seconds)] += 1

    def given(self, key: Key) -> dict[str, object]:
        kind, network, outcome, status = key
        return {
            "kind": kind,
            "network_id": network,
            "outcome": outcome,
            "status": status,
            "recorded": self.recorded,
            "calls": self.calls,
            "seconds": self.seconds,
            "buckets": self.buckets,
            "tokens": self.tokens,
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cost": None if self.cost is None else str(self.cost),
        }


def is_call(outcome: Outcome) -> bool:
    """Whether the network was called for it."""
    return outcome.called and outcome.name != RowError.TEMPLATE_ERROR and outcome.elapsed_ms is not None


class Totals:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sums: dict[Key, _Sums] = {}
        self._written_at = time.monotonic()

    def saw(self, kind: str, network: int, outcomes: Sequence[Outcome]) -> None:
        """They are recorded."""
        with self._lock:
            for one in outcomes:
                self._of((kind, network, str(one.name), str(one.status))).add(one)

    def lost(self, kind: str, network: int, *, queued: int, failed: int) -> None:
        """Rows whose worker ended without recording them; some of them failed by that."""
        with self._lock:
            for status, rows in ((RowStatus.QUEUED, queued), (RowStatus.FAILED, failed)):
                if rows:
                    self._of((kind, network, str(RowError.CRASHED), str(status))).recorded += rows

    def forget(self) -> None:
        """In a child: what its parent has counted is the parent's to write."""
        with self._lock:
            self._sums = {}

    @property
    def are_due(self) -> bool:
        return bool(self._sums) and time.monotonic() - self._written_at >= EVERY_S

    def write(self) -> None:
        """Adds them to the table. What the database cannot take is given up: rows are called all the same."""
        self._written_at = time.monotonic()
        with self._lock:
            sums, self._sums = self._sums, {}
        if not sums:
            return
        try:
            with connection.cursor() as cursor:
                cursor.execute(_ADD, [json.dumps([one.given(key) for key, one in sums.items()])])
        except (ProgrammingError, DataError, IntegrityError) as error:
            # The table is not there yet, say: this worker is newer than the last migration.
            warn_once_in_a_while(logger, f"The totals of calls can't be written ({type(error).__name__}).")
        except Exception:
            self._take_back(sums)
            raise

    def _take_back(self, sums: dict[Key, _Sums]) -> None:
        """They are written with the next ones."""
        with self._lock:
            for key, new in self._sums.items():
                sums[key] = _sum_of(sums[key], new) if key in sums else new
            self._sums = sums

    def _of(self, key: Key) -> _Sums:
        return self._sums.setdefault(key, _Sums())


def _sum_of(one: _Sums, other: _Sums) -> _Sums:
    costs = [cost for cost in (one.cost, other.cost) if cost is not None]
    return _Sums(
        recorded=one.recorded + other.recorded,
        calls=one.calls + other.calls,
        seconds=one.seconds + other.seconds,
        buckets=[was + more for was, more in zip(one.buckets, other.buckets, strict=True)],
        tokens=one.tokens + other.tokens,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
        cost=sum(costs, Decimal(0)) if costs else None,
    )


totals = Totals()
"""Of this process."""
