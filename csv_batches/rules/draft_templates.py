"""Beginnings of a batch: a prompt and the fields of its answers, for four things that people do with texts.

The prompts name no column: `{{ columns }}` are those that the mapping includes, whatever the file calls them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from experiments.core.choices import FieldType


@dataclass(frozen=True)
class DraftTemplate:
    """`icon` and `about` are for its card; the names of its fields are shown there, too."""

    key: str
    name: str
    about: str
    icon: str
    prompt: str
    fields: tuple[Mapping[str, Any], ...]

    @property
    def field_names(self) -> tuple[str, ...]:
        return tuple(field["name"] for field in self.fields)


def _field(name: str, kind: FieldType, description: str, *, required: bool = True, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "description": description, "required": required, **more}


CLASSIFICATION = DraftTemplate(
    key="classification",
    name="Sort messages into categories",
    about="One category from your list, how urgent it is, and a one-line summary.",
    icon="choice",
    prompt=(
        "Read this message and sort it into one category. Rate how urgent an answer is, from 1 (can wait) to 5 "
        "(today), and sum it up in one sentence.\n\n{{ columns }}"
    ),
    fields=(
        _field(
            "category",
            FieldType.STRING,
            "What the message is about.",
            choices=["billing", "technical problem", "delivery", "praise", "other"],
        ),
        _field("urgency", FieldType.INTEGER, "1: can wait, 5: today.", minimum=1, maximum=5),
        _field("summary", FieldType.STRING, "The message in one sentence."),
    ),
)
EXTRACTION = DraftTemplate(
    key="extraction",
    name="Extract data from text",
    about="Order number, amount and date from e-mails or invoices, as typed columns.",
    icon="braces",
    prompt=(
        "Find the order in this text. Copy the values as they are written there, and leave out what isn’t there. "
        "Don’t guess.\n\n{{ columns }}"
    ),
    fields=(
        _field("order_number", FieldType.STRING, "As it is written.", required=False),
        _field("amount", FieldType.NUMBER, "The total, without the currency.", required=False),
        _field("currency", FieldType.STRING, "Three letters, such as USD.", required=False),
        _field("placed_on", FieldType.DATE, "The day of the order.", required=False),
    ),
)
TRANSLATION = DraftTemplate(
    key="translation",
    name="Translate texts",
    about="Into one language, with names, numbers and markup left as they are.",
    icon="swap",
    prompt=(
        "Translate this text into English. Keep names, numbers, placeholders and markup exactly as they are. Say which "
        "language it was written in.\n\n{{ columns }}"
    ),
    fields=(
        _field("translation", FieldType.STRING, "The whole text in English."),
        _field("source_language", FieldType.STRING, "In English, such as German."),
    ),
)
MODERATION = DraftTemplate(
    key="moderation",
    name="Check comments against rules",
    about="Whether a comment can be published, which rules it breaks, and why.",
    icon="shield",
    prompt=(
        "Decide whether this comment can be published. These break the rules: insults, threats, hate against a group, "
        "spam, personal data of others. Disagreement and strong language about things don’t.\n\n{{ columns }}"
    ),
    fields=(
        _field("publish", FieldType.BOOLEAN, "Whether it breaks no rule."),
        _field(
            "broken_rules",
            FieldType.LIST,
            "None where it can be published.",
            items={
                "type": FieldType.STRING,
                "choices": ["insult", "threat", "hate", "spam", "personal data"],
            },
        ),
        _field("reason", FieldType.STRING, "In one sentence."),
    ),
)
TEMPLATES = {one.key: one for one in (CLASSIFICATION, EXTRACTION, TRANSLATION, MODERATION)}
