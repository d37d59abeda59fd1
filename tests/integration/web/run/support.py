"""Runs of every sort: of a row, of a trial's row, of nobody's."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from experiments.models import Network, Run
from tests.integration.web.support import batch_of, row_of, run_for, user


def direct(owner: str, trace_id: str, *, network: str = "triage", age_s: float = 0, **values: Any) -> Run:
    made: Run = Run.objects.create(
        trace_id=trace_id,
        network=Network.objects.get_or_create(name=network)[0],
        owner=user(owner),
        created_at=timezone.now() - timedelta(seconds=age_s),
        **{"request": {"user_message": f"message of {trace_id}"}, **values},
    )
    return made


def of_a_row(owner: str, trace_id: str, *, name: str = "Week 46", **values: Any) -> Run:
    return run_for(row_of(batch_of(owner, name=name), 0, "succeeded"), trace_id, **values)
