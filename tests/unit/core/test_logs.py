"""What lasts is said once, and again after a while; what is new is said at once."""

import logging

import pytest

from experiments.core import logs


def test_it_is_said_once_in_a_while(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger("test.once")
    for text in ("full", "full", "away", "full"):
        logs.warn_once_in_a_while(logger, text)
    assert caplog.messages == ["full", "away"]
    monkeypatch.setattr(logs, "SAY_EVERY_S", 0.0)
    logs.warn_once_in_a_while(logger, "full")
    assert caplog.messages == ["full", "away", "full"]
