from django.db import models

from experiments.models import Queue
from experiments.models.querysets import QueueQuerySet


class Survey(Queue):
    greeting = models.CharField(max_length=100)

    objects = QueueQuerySet.as_manager()  # type: ignore[misc]
