"""Sending tasks to workers."""

import logging

from django.conf import settings
from django.db import transaction
from django_q.brokers import get_broker
from django_q.tasks import async_task

logger = logging.getLogger(__name__)

WAKE = "experiments.tasks.wake"


def wake_workers() -> None:
    """Rows wait: whoever is asleep looks. What a lost task would have woken, sweepers wake within a second."""
    if settings.REDIS_URL:
        transaction.on_commit(lambda: _by_redis(WAKE, only_if_few=True))
    elif _few_wait():
        _enqueue(WAKE)


def send_task(path: str, *args: object) -> None:
    """Wakes a worker for the function at `path`, once the transaction is committed. Tasks carry ids only.

    A task that Redis does not take is sent again by the sweeper.
    """
    if settings.REDIS_URL:
        transaction.on_commit(lambda: _by_redis(path, *args))
    else:
        # The broker's table is in this database: the task is there exactly when what was written for it is.
        _enqueue(path, *args)


def _by_redis(path: str, *args: object, only_if_few: bool = False) -> None:
    from experiments.services.redis_broker import AWAY

    try:
        if not only_if_few or _few_wait():
            _enqueue(path, *args)
    except AWAY as error:
        # What was committed is in the tables, where the workers' sweepers find it.
        logger.warning("Redis does not answer (%s): %s was not sent.", type(error).__name__, path)


def _few_wait() -> bool:
    broker = get_broker()
    return bool(broker.queue_size() + (broker.lock_size() or 0) < settings.WORKERS)


def _enqueue(path: str, *args: object) -> None:
    async_task(path, *args, q_options={"save": False})
