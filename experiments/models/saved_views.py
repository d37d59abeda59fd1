"""What a person wants to see of a queue again: its columns, filters and order, under a name."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from experiments.models.queues import Queue

NAME_CHARS = 80


class SavedView(models.Model):
    """Of one user; nobody else sees it. The foreign keys cascade in the database."""

    queue = models.ForeignKey(Queue, on_delete=models.DO_NOTHING, related_name="saved_views", db_constraint=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False
    )
    name = models.CharField(max_length=NAME_CHARS)
    query = models.TextField(help_text="Of the page's address.")
    at = models.DateTimeField(db_default=Now())

    objects: "models.Manager[SavedView]" = models.Manager()

    class Meta:
        ordering = ("name", "id")
        constraints = (models.UniqueConstraint(fields=("queue", "owner", "name"), name="saved_view_name_unique"),)

    def __str__(self) -> str:
        return self.name
