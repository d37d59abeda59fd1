"""django-q2's broker in Redis (`REDIS_URL`). Only imported where that is set: the package `redis` is optional."""

import logging
import time
from typing import Any

from django.conf import settings
from django_q.brokers.redis_broker import Redis
from redis import Redis as Client
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

AWAY = (RedisError, OSError)
"""What a Redis raises that cannot be reached, refuses the password or has no memory left."""
CONNECT_S = 2.0
ANSWER_S = 5.0
"""Longer than a worker's longest wait for a task."""
AGAIN_S = 1.0


class RedisBroker(Redis):  # type: ignore[misc]
    """Says at once that Redis is away, for a request waits for its answer; a worker asks again and again."""

    def __init__(self, list_key: str = "") -> None:
        super().__init__(list_key)
        self._is_away = False

    @staticmethod
    def get_connection(list_key: str = "") -> Any:
        limits = {"socket_connect_timeout": CONNECT_S, "socket_timeout": ANSWER_S}
        return Client.from_url(settings.REDIS_URL, **limits, retry=Retry(NoBackoff(), 0))

    def ping(self) -> bool:
        """Whether it answers. A worker asks at its start, and would end at an error."""
        try:
            return bool(self.connection.ping())
        except AWAY:
            return False

    def dequeue(self) -> Any:
        try:
            found = super().dequeue()
        except AWAY as error:
            if not self._is_away:
                logger.warning("Redis does not answer (%s). Tasks wait until it does.", type(error).__name__)
            self._is_away = True
            time.sleep(AGAIN_S)
            return None
        if self._is_away:
            logger.warning("Redis answers again.")
        self._is_away = False
        return found

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """Nobody reads it: our heartbeats are in the database."""
