"""What our own worker shows to our own `/run`: signed, and valid for minutes only."""

from datetime import timedelta

from django.core import signing

from experiments.models import Queue

RUN_SALT = "run"
RUN_TOKEN_AGE = timedelta(minutes=15)


def owners_credential(owner_id: int) -> str:
    """The same for a call outside any queue."""
    return signing.dumps({"owner": owner_id}, salt=RUN_SALT)


def signed_credential(queue: Queue) -> str:
    """What our own `/run` accepts from our own worker: it names the queue and its owner."""
    return signing.dumps({"queue": str(queue.pk), "owner": queue.created_by_id}, salt=RUN_SALT)
