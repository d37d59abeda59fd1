"""Each breaker that a verdict can name pauses the queue with a sentence of its own."""

import pytest

from experiments.core.choices import BreakerGroup, PauseReason
from experiments.run_client import retry_policy
from experiments.run_client.retry_policy import Breaker
from experiments.services.queue_pause import BREAKER_SENTENCES, FailedInARow

BREAKERS = [value for value in vars(retry_policy).values() if isinstance(value, Breaker)]


def test_each_group_has_a_breaker_and_each_breaker_a_sentence() -> None:
    assert {breaker.group for breaker in BREAKERS} == set(BreakerGroup)
    assert {breaker.pause_reason for breaker in BREAKERS} == set(BREAKER_SENTENCES)
    assert len(set(BREAKER_SENTENCES.values())) == len(BREAKER_SENTENCES)


@pytest.mark.parametrize("reason", [one for one in BREAKER_SENTENCES if one != PauseReason.VERSION_CHANGED])
def test_each_sentence_has_the_last_words_and_how_often(reason: PauseReason) -> None:
    told = FailedInARow("http://there:1", "HTTP 503: {away}", error_code="server_error", count=20).told(reason)
    assert "HTTP 503: {away}. " in told
    assert " 20 times in a row" in told


@pytest.mark.parametrize("words", ["It said no.", "Why?", "x" * 5000])
def test_the_words_are_cut_where_they_are_long_and_end_as_a_sentence(words: str) -> None:
    told = FailedInARow("", words, error_code="run_error", count=1).told(PauseReason.RUN_ERROR)
    assert len(told) < 500
    assert ".." not in told
