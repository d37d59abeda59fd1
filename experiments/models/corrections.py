"""What people changed in answers, so that it can be undone: an act, and an entry for each item that it changed."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from experiments.models.fields import ExactJSONField
from experiments.models.queues import Queue, QueueItem


class CorrectionAct(models.Model):
    """One correction, of one item or of many. An act that was undone has no entries, and `undone_at`."""

    id = models.BigAutoField(primary_key=True)
    queue = models.ForeignKey(
        Queue, on_delete=models.DO_NOTHING, related_name="correction_acts", db_constraint=False, db_index=False
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField(db_default=Now())
    fields = models.JSONField(default=list, help_text="Names of the fields that were set; empty: the whole answer.")
    rows = models.PositiveIntegerField(default=0, help_text="How many it has changed.")
    skipped = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Rows that changed while it was under way, and stayed as they were."
    )
    problem = models.TextField(blank=True, default="", db_default="", help_text="Why it changed nothing.")
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("queue", "-id"), name="correction_of_queue"),)

    def __str__(self) -> str:
        return f"correction {self.pk} of {self.queue_id}"


class CorrectionEntry(models.Model):
    """An item's `corrected_payload` before an act changed it."""

    id = models.BigAutoField(primary_key=True)
    act = models.ForeignKey(
        CorrectionAct, on_delete=models.DO_NOTHING, related_name="entries", db_constraint=False, db_index=False
    )
    item = models.ForeignKey(
        QueueItem, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    before = ExactJSONField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("act", "id"), name="correction_entry_of_act"),
            models.Index(fields=("item", "id"), name="correction_entry_of_item"),
        )

    def __str__(self) -> str:
        return f"entry {self.pk} of act {self.act_id}"
