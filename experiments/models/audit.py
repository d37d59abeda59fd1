"""Who did what, when and from where. Rows are only added, and deleted when they are old."""

from typing import Any

from django.db import models

from experiments.core.choices import AuditAction, Channel


class AuditEntry(models.Model):
    """One act. No contents: no cells, prompts, answers or keys. A trigger refuses every change of a row.

    Neither the user nor the object is referred to: the entry outlives both.
    """

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    user_id = models.BigIntegerField(null=True, blank=True)
    user_name = models.CharField(max_length=150, blank=True, db_index=True)
    channel = models.CharField(max_length=10, choices=Channel.choices())
    address = models.GenericIPAddressField(null=True, blank=True)
    action = models.CharField(max_length=20, choices=AuditAction.choices(), db_index=True)
    object_kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    object_name = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    objects: "models.Manager[AuditEntry]" = models.Manager()

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=["object_kind", "object_id", "-at", "-id"], name="audit_of_object"),)

    def __str__(self) -> str:
        return f"{self.user_name or self.channel}: {self.action} {self.object_kind} {self.object_name}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("An entry is never changed.")
        super().save(*args, **kwargs)
