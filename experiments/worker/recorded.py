"""A round whose values may be refused: so that one that cannot be stored does not lose the other outcomes."""

import logging
from dataclasses import replace

from django.db import DataError, Error, IntegrityError, InternalError, OperationalError

from experiments.core.choices import Reuse
from experiments.worker.record import unstorable
from experiments.worker.reuse import round_with_leads
from experiments.worker.round import LaneKeys, RoundOrder, RoundResult, run_round
from experiments.worker.rounds_in_steps import run_in_steps

logger = logging.getLogger(__name__)

VALUE_ERRORS = ("22", "23", "54")
"""SQLSTATE classes that are the fault of a value, not of the database: data, constraints, limits of the program."""


def recorded(keys: LaneKeys, order: RoundOrder, *, careful: bool) -> RoundResult | None:
    """As `run_round`. `careful`: it may have to pause the queue. A row whose answer is refused fails, alone."""
    try:
        return _run(keys, order, careful=careful)
    except (DataError, IntegrityError, OperationalError, InternalError) as error:
        if not order.outcomes or not is_fault_of_a_value(error):
            raise
        return _one_by_one(keys, order, error, careful=careful)


def _run(keys: LaneKeys, order: RoundOrder, *, careful: bool) -> RoundResult | None:
    make_round = run_in_steps if careful else run_round
    return make_round(keys, order) if keys.reuse == Reuse.NONE else round_with_leads(keys, order, make_round)


def _one_by_one(keys: LaneKeys, order: RoundOrder, error: Error, *, careful: bool) -> RoundResult | None:
    if len(order.outcomes) == 1:
        outcome = order.outcomes[0]
        why = type(error.__cause__ or error).__name__
        logger.warning("row %s of %s: %s", outcome.row.row_index, keys.queue_id, why)
        # It is a failure by now, which may be the last that is tolerated.
        return _run(keys, replace(order, outcomes=[unstorable(outcome, error)]), careful=True)
    for outcome in order.outcomes[:-1]:
        recorded(keys, RoundOrder([outcome], unsent=order.unsent), careful=careful)
    # With the last one goes what else the round was to do.
    return recorded(keys, replace(order, outcomes=order.outcomes[-1:]), careful=careful)


def is_fault_of_a_value(error: BaseException) -> bool:
    """Whether no try of the same values will succeed. The client refuses some by itself, without an SQLSTATE."""
    if isinstance(error, DataError | IntegrityError):
        return True
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return state[:2] in VALUE_ERRORS
