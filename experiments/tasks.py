"""Doorways for django-q2: each takes keys, calls one service, and may be delivered twice."""

from uuid import UUID


def run_lane(queue_id: str, number: int, generation: int) -> None:
    from experiments.worker.lane import Lane

    Lane(queue_id=UUID(queue_id), number=number, generation=generation).run()


def delete_queue(queue_id: str) -> None:
    from experiments.services import queues

    queues.destroy(UUID(queue_id))
