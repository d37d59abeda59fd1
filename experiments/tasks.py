"""The tasks of django-q2: each takes ids, calls one function, and may be delivered twice."""

from uuid import UUID


def run_lane(queue_id: str, number: int, generation: int, again: bool = False) -> None:
    """`again`: the lane has already waited once for another queue's turn."""
    from experiments.services.lanes import LaneLease
    from experiments.worker.lane import LaneRunner

    key = UUID(queue_id)
    if again or not LaneLease(queue_id=key, number=number, generation=generation).let_others_go_first():
        LaneRunner(queue_id=key, number=number, generation=generation).run()


def delete_queue(queue_id: str) -> None:
    from experiments.services import queues

    queues.destroy(UUID(queue_id))


def call_network(call_id: str) -> None:
    from experiments.worker import network_calls

    network_calls.perform(UUID(call_id))
