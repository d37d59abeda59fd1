"""Each breaker that a verdict can name pauses the queue with a sentence of its own."""

from experiments.core.choices import BreakerGroup
from experiments.run_client import retry_policy
from experiments.run_client.retry_policy import Breaker
from experiments.services.queue_pause import BREAKER_SENTENCES

BREAKERS = [value for value in vars(retry_policy).values() if isinstance(value, Breaker)]


def test_each_group_has_a_breaker_and_each_breaker_a_sentence() -> None:
    assert {breaker.group for breaker in BREAKERS} == set(BreakerGroup)
    assert {breaker.pause_reason for breaker in BREAKERS} == set(BREAKER_SENTENCES)
    assert len(set(BREAKER_SENTENCES.values())) == len(BREAKER_SENTENCES)
