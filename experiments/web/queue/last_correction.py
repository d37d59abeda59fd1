"""The last correction of whoever looks, which the page offers to undo."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from experiments.kinds import kind_of
from experiments.models import CorrectionAct, Queue
from experiments.web.page_part import PagePart

OFFERED_FOR = timedelta(days=1)


@dataclass(frozen=True)
class LastCorrection(PagePart):
    """`act`: None where there is nothing to undo."""

    act: int | None = None
    sentence: str = ""
    at: datetime | None = None


def last_correction_of_queue(queue: Queue, user: Any) -> LastCorrection:
    acts = CorrectionAct.objects.filter(queue=queue, by_id=user.pk, undone_at__isnull=True, rows__gt=0)
    act = acts.order_by("-id").first() if queue.corrections else None
    if act is None or act.at < timezone.now() - OFFERED_FOR:
        return LastCorrection("undo")
    nouns = kind_of(queue).nouns
    which = nouns.counted(act.rows)
    what = f"Set {', '.join(act.fields)} in {which}" if act.fields else f"Corrected {which}"
    return LastCorrection("undo", act.pk, what, act.at)
