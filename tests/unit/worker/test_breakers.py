"""Each breaker that a verdict can name pauses the queue with a sentence of its own."""

from experiments.core.choices import BreakerGroup
from experiments.services.queue_pause import BREAKER_SENTENCES


def test_each_group_has_a_sentence() -> None:
    assert set(BREAKER_SENTENCES) == set(BreakerGroup)
    assert len(set(BREAKER_SENTENCES.values())) == len(BREAKER_SENTENCES)
