"""Each breaker that a verdict can name pauses the queue with a reason of its own."""

from typing import get_args

from experiments.run_client.retry_policy import BreakerGroup
from experiments.services.queue_pause import BREAKERS


def test_each_group_has_a_reason_and_a_sentence() -> None:
    assert set(BREAKERS) == set(get_args(BreakerGroup))
    assert len({reason for reason, _ in BREAKERS.values()}) == len(BREAKERS)
