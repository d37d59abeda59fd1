"""A queue worked off in this process, without a worker."""

from uuid import UUID

from experiments.models import Lane as LaneRow
from experiments.worker.lane import Lane


def drain(queue_id: UUID) -> None:
    """Runs the first lane of a queue that was started, until it is dry. Nobody else should work at it."""
    place = LaneRow.objects.get(queue_id=queue_id, number=0)
    Lane(queue_id=queue_id, number=0, generation=place.generation).run()
