"""The tasks of django-q2: each takes ids or nothing, calls one function, and may be delivered twice."""

from uuid import UUID


def wake() -> None:
    from experiments.worker import bell

    bell.ring()


def delete_queue(queue_id: str) -> None:
    from experiments.services import queue_deletion

    queue_deletion.destroy_when_left(UUID(queue_id))


def retry_rest(queue_id: str) -> None:
    from experiments.services import queue_retry

    queue_retry.retry_rest(UUID(queue_id))


def correct_rest(queue_id: str) -> None:
    from experiments.services import large_corrections

    large_corrections.correct_rest(UUID(queue_id))


def call_network(call_id: str) -> None:
    from experiments.worker import network_calls

    network_calls.perform(UUID(call_id))
