"""How our own worker signs in at our own `/run`: signed credentials, valid for minutes only."""

from datetime import timedelta

from django.core import signing

from experiments.models import Queue

RUN_SALT = "run"
RUN_TOKEN_AGE = timedelta(minutes=15)


def owners_credential(owner_id: int) -> str:
    """For a call outside any queue: it names the user who asked."""
    return signing.dumps({"owner": owner_id}, salt=RUN_SALT)


def signed_credential(queue: Queue) -> str:
    """For a call of a row: it names the queue and its owner."""
    return signing.dumps({"queue": str(queue.pk), "owner": queue.created_by_id}, salt=RUN_SALT)
