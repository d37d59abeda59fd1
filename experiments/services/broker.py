"""Sending tasks to workers."""

from django.conf import settings
from django.db import transaction
from django_q.brokers import get_broker
from django_q.tasks import async_task

WAKE = "experiments.tasks.wake"


def wake_workers() -> None:
    """Rows wait: whoever is asleep looks. What a lost task would have woken, sweepers wake within a second."""
    broker = get_broker()
    if broker.queue_size() + broker.lock_size() < settings.WORKERS:
        send_task(WAKE)


def send_task(path: str, *args: object) -> None:
    """Wakes a worker for the function at `path`, once the transaction is committed. Tasks carry ids only."""

    def enqueue() -> None:
        async_task(path, *args, q_options={"save": False})

    if settings.Q_CLUSTER.get("orm"):
        # The broker's table is in this database: the task is there exactly when what was written for it is.
        enqueue()
    else:
        transaction.on_commit(enqueue)
