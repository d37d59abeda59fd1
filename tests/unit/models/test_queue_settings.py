"""The one list of a queue's plain settings."""

from experiments.api.serializers.queues import QueueDraftSerializer, QueueSerializer
from experiments.core.limits import LIMIT_NAMES
from experiments.models import Queue, queue_settings

NAMES = [setting.name for setting in queue_settings.SETTINGS]


def test_the_api_takes_each_in_and_gives_it_out() -> None:
    assert QueueDraftSerializer().fields.keys() == {*NAMES, "network"}
    assert set(NAMES) <= QueueSerializer().fields.keys()


def test_the_name_is_neither_copied_nor_reset() -> None:
    lists = (queue_settings.IN_DUPLICATE, queue_settings.IN_TRIAL, queue_settings.AFTER_RESET)
    assert [name for name in NAMES if not any(name in copied for copied in lists)] == ["name"]


def test_limits_and_the_number_at_a_time_may_change_after_the_start() -> None:
    assert {"name", "concurrency", *LIMIT_NAMES} == queue_settings.AFTER_START


def test_a_reset_gives_what_a_new_queue_has() -> None:
    new = Queue()
    assert {name: getattr(new, name) for name in queue_settings.AFTER_RESET} == queue_settings.AFTER_RESET
    assert queue_settings.AFTER_RESET["max_calls"] is None


def test_a_text_that_may_be_left_empty_is_shown_as_null() -> None:
    queue = Queue(name="", agent_key="")
    assert {setting.name: setting.shown(queue) for setting in queue_settings.SETTINGS[:3]} == {
        "name": "",
        "agent_key": None,
        "debug": False,
    }
