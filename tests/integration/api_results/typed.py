"""Answers with a value of every type, and some without."""

from typing import Any

FIELDS = [
    {"name": "topic", "type": "string", "required": False},
    {"name": "score", "type": "number", "required": False},
    {"name": "urgent", "type": "boolean", "required": False},
    {"name": "due", "type": "date", "required": False},
    {"name": "seen", "type": "date-time", "required": False},
    {"name": "tags", "type": "list", "items": {"type": "string"}, "required": False},
    {
        "name": "order",
        "type": "object",
        "required": False,
        "fields": [
            {"name": "number", "type": "string"},
            {
                "name": "lines",
                "type": "list",
                "items": {"type": "object", "fields": [{"name": "price", "type": "number"}]},
            },
        ],
    },
    {"name": "more", "type": "object", "required": False},
]
ANSWERS: list[dict[str, Any]] = [
    {"topic": "billing", "score": 3, "urgent": True, "due": "2026-01-31", "tags": ["red", "blue"]},
    {"topic": "3..5", "score": 5.5, "urgent": False, "due": "2026-03-01", "tags": []},
    {"topic": "", "score": -1, "seen": "2026-03-01T23:30:00-02:00", "more": {"a": 1}},
    {
        "seen": "2026-03-02T00:00:00Z",
        "order": {"number": "A-17", "lines": [{"price": 2}, {"price": 7.5}]},
        "tags": ["red"],
    },
]
