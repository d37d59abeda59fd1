"""The metrics, by name, and how the site's numbers are told as such.

`METRICS` is the list that documents and dashboard are held to.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

from experiments.core.choices import QueueStatus, RowStatus
from experiments.models.totals import BOUNDS_S
from experiments.selectors.metrics import Numbers, TotalNumbers

Labels = tuple[str, ...]
Values = dict[Labels, float]
Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


class Sort(StrEnum):
    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"


class Metric(NamedTuple):
    sort: Sort
    labels: Labels
    help: str


METRICS = {
    "workbench_queues": Metric(Sort.GAUGE, ("kind", "status"), "Batches and experiments by status, without trials."),
    "workbench_rows": Metric(Sort.GAUGE, ("kind", "status"), "Their rows by status."),
    "workbench_oldest_queued_row_seconds": Metric(
        Sort.GAUGE, ("kind",), "How long the oldest row of running batches waits, since its start or its last retry."
    ),
    "workbench_rows_recorded_total": Metric(
        Sort.COUNTER, ("kind", "network", "status", "code"), "Rows that succeeded or failed, with the code of failures."
    ),
    "workbench_calls_total": Metric(Sort.COUNTER, ("kind", "network", "outcome"), "Calls of networks that have ended."),
    "workbench_call_duration_seconds": Metric(Sort.HISTOGRAM, ("kind", "network"), "How long these calls took."),
    "workbench_retries_total": Metric(
        Sort.COUNTER, ("kind", "network", "code"), "Calls after which the row waits to be called again, by why."
    ),
    "workbench_tokens_total": Metric(
        Sort.COUNTER, ("kind", "network", "direction"), "Tokens of these calls: input, output, or unknown."
    ),
    "workbench_cost_total": Metric(
        Sort.COUNTER, ("kind", "network", "currency"), "Cost of these calls, as far as it is known."
    ),
    "workbench_networks_on_hold": Metric(Sort.GAUGE, (), "Networks that are not called, because they refused a call."),
    "workbench_network_hold_seconds": Metric(Sort.GAUGE, ("network",), "Until the hold of a network ends."),
    "workbench_network_slots": Metric(
        Sort.GAUGE, ("network",), "Calls at a time that worker processes may have at a network that is called or held."
    ),
    "workbench_network_slots_allowed": Metric(Sort.GAUGE, ("network",), "Its max_concurrency."),
    "workbench_lanes": Metric(Sort.GAUGE, ("kind",), "Lanes in use: places of worker processes at running batches."),
    "workbench_lanes_allowed": Metric(Sort.GAUGE, ("kind",), "As many lanes as running batches may have."),
    "workbench_worker_processes": Metric(Sort.GAUGE, ("role",), "Worker processes heard of in the last two minutes."),
    "workbench_worker_heartbeat_age_seconds": Metric(
        Sort.GAUGE, (), "Since any of them was heard of; absent where none is alive."
    ),
}
FAMILIES = {
    Sort.GAUGE: GaugeMetricFamily,
    Sort.COUNTER: CounterMetricFamily,
    Sort.HISTOGRAM: HistogramMetricFamily,
}
INPUT, OUTPUT, UNKNOWN = "input", "output", "unknown"


class SiteMetrics:
    """`kinds`: all of them have a value, that of none is 0."""

    def __init__(self, numbers: Numbers, kinds: Iterable[str]) -> None:
        self._numbers = numbers
        self._kinds = list(kinds)

    def collect(self) -> Iterator[Family]:
        """What an encoder of prometheus_client asks for."""
        values = {**self._states(), **self._totals()}
        for name, metric in METRICS.items():
            family = FAMILIES[metric.sort](name.removesuffix("_total"), metric.help, labels=metric.labels)
            for labels, value in values[name].items():
                family.add_metric(labels, float(value))
            yield family if metric.sort != Sort.HISTOGRAM else self._durations(family)

    # -- how things are

    def _states(self) -> dict[str, Mapping[Labels, float]]:
        numbers = self._numbers
        queues: Values = {(kind, status.value): 0.0 for kind in self._kinds for status in QueueStatus}
        rows: Values = {(kind, status.value): 0.0 for kind in self._kinds for status in RowStatus}
        allowed: Values = {(kind,): 0.0 for kind in self._kinds}
        for one in numbers.queues:
            queues[one.kind, one.status.value] = one.queues
            for status, count in one.rows.items():
                at = (one.kind, status.value)
                rows[at] = rows.get(at, 0.0) + count
            if one.status == QueueStatus.RUNNING:
                allowed[one.kind,] = one.lanes
        held = [network for network in numbers.networks if network.hold_s > 0]
        age_s = numbers.heartbeat_s
        return {
            "workbench_queues": queues,
            "workbench_rows": rows,
            "workbench_oldest_queued_row_seconds": {(kind,): numbers.oldest_s.get(kind, 0.0) for kind in self._kinds},
            "workbench_networks_on_hold": {(): len(held)},
            "workbench_network_hold_seconds": {(network.name,): network.hold_s for network in held},
            "workbench_network_slots": {(network.name,): network.slots for network in numbers.networks},
            "workbench_network_slots_allowed": {(network.name,): network.most for network in numbers.networks},
            "workbench_lanes": {(kind,): numbers.lanes.get(kind, 0) for kind in self._kinds},
            "workbench_lanes_allowed": allowed,
            "workbench_worker_processes": {(role,): count for role, count in numbers.processes.items()},
            "workbench_worker_heartbeat_age_seconds": {} if age_s is None else {(): age_s},
        }

    # -- what has happened

    def _totals(self) -> dict[str, Mapping[Labels, float]]:
        rows, calls, retries, tokens, cost = (defaultdict[Labels, float](float) for _ in range(5))
        for one in self._numbers.totals:
            at = (one.kind, one.network)
            if one.status == RowStatus.QUEUED:
                retries[*at, one.outcome] += one.recorded
            else:
                rows[*at, one.status.value, one.outcome if one.status == RowStatus.FAILED else ""] += one.recorded
            if one.calls:
                calls[*at, one.outcome] += one.calls
            for direction, used in directions(one).items():
                tokens[*at, direction] += used
            if one.cost is not None:
                cost[*at, one.currency] += float(one.cost)
        return {
            "workbench_rows_recorded_total": rows,
            "workbench_calls_total": calls,
            "workbench_call_duration_seconds": {},
            "workbench_retries_total": retries,
            "workbench_tokens_total": tokens,
            "workbench_cost_total": cost,
        }

    def _durations(self, family: HistogramMetricFamily) -> HistogramMetricFamily:
        counts: dict[Labels, list[int]] = {}
        seconds: defaultdict[Labels, float] = defaultdict(float)
        for one in self._numbers.totals:
            at: Labels = (one.kind, one.network)
            before = counts.setdefault(at, [0] * (len(BOUNDS_S) + 1))
            counts[at] = [was + more for was, more in zip(before, one.buckets, strict=True)]
            seconds[at] += one.seconds
        for at, of_buckets in counts.items():
            so_far, buckets = 0, []
            for bound, count in zip([*map(str, BOUNDS_S), "+Inf"], of_buckets, strict=True):
                so_far += count
                buckets.append((bound, float(so_far)))
            family.add_metric(at, buckets, seconds[at])
        return family


def directions(one: TotalNumbers) -> dict[str, int]:
    """Tokens by direction, those which were used."""
    known = one.input_tokens + one.output_tokens
    found = {INPUT: one.input_tokens, OUTPUT: one.output_tokens, UNKNOWN: max(0, one.tokens - known)}
    return {direction: used for direction, used in found.items() if used}
