"""Parts of a page that can change by themselves.

A page sends the fingerprints of the parts that it shows, and the answer to a poll has only the parts whose fingerprint
is another one by now.
"""

from dataclasses import dataclass
from zlib import crc32

from experiments.core.choices import QueueStatus
from experiments.models import Queue


@dataclass(frozen=True)
class PagePart:
    """`key` is the id of its element. Subclasses add what the element shows."""

    key: str

    @property
    def fingerprint(self) -> str:
        return f"{self.key}.{crc32(repr(self).encode()):08x}"


def changes_by_itself(queue: Queue) -> bool:
    """Whether a page that shows this queue can change within seconds."""
    is_under_way = queue.retrying is not None or queue.correcting is not None
    return queue.status == QueueStatus.RUNNING or queue.running > 0 or is_under_way
