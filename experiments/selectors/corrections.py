"""The answer that a correction begins with."""

from hashlib import sha256
from typing import Any

from experiments.core.json_numbers import to_json
from experiments.models import QueueItem


def answer_of_item(item: QueueItem) -> dict[str, Any]:
    """A person's answer, else the one that came, of a failed item too; {} where there is none."""
    payloads = (item.corrected_payload, item.result_payload)
    return next((dict(one) for one in payloads if isinstance(one, dict)), {})


def fingerprint_of_answer(item: QueueItem) -> str:
    """Another one once a worker or a person has changed the answer."""
    both = to_json([item.corrected_payload, item.result_payload, item.generation], sort_keys=True)
    return sha256(both.encode("utf-8", "surrogatepass")).hexdigest()[:16]
