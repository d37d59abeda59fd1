"""Sample data: fictional support e-mails, the network that reads them, and a batch that is ready to run."""

from pathlib import Path
from typing import Any

from csv_batches.rules.choices import MappingMode
from experiments.core.choices import FieldType

SAMPLE_CSV = Path(__file__).with_name("support_emails.csv")

GOLD_COLUMN = "Gold tone"
GOLD_FIELD = "tone"

# The embedded model is small, and its answers depend on every word below (other wordings: 24 to 47 of 48). With these
# words it gets 48 of 48 tones right, and 24 of 24 of other e-mails that the words were not chosen on.
NETWORK: dict[str, Any] = {
    "name": "support-triage",
    "description": "Reads one support e-mail and says whether it is positive or negative, and what it is about.",
    "agents": [
        {
            "key": "triage",
            "display_name": "Triage",
            "prompt": (
                "Does the customer complain or praise? Reply with JSON: tone is negative if the customer complains, "
                "positive if the customer is happy; summary says in one short sentence what the customer writes."
            ),
            "is_default": True,
            "allow_respond": True,
            "routes": [],
            "model": "",
        }
    ],
}

BATCH: dict[str, Any] = {
    "name": "Support e-mails",
    "network": NETWORK["name"],
    "columns": [
        {"name": "Ticket", "mode": MappingMode.IGNORE},
        {"name": "Received", "mode": MappingMode.IGNORE},
        {"name": "From", "mode": MappingMode.SYSTEM_PARAM, "key": "customer_email.from"},
        {"name": "Subject", "mode": MappingMode.PROMPT},
        {"name": "Body", "mode": MappingMode.PROMPT},
        {"name": GOLD_COLUMN, "mode": MappingMode.IGNORE},
    ],
    "prompt_template": "{{ columns }}",
    "response_fields": [
        {
            "name": "tone",
            "description": "How the customer feels.",
            "type": FieldType.STRING,
            "required": True,
            "choices": ["positive", "negative"],
        },
        {
            "name": "summary",
            "description": "What the customer writes, in one short sentence.",
            "type": FieldType.STRING,
            "required": True,
        },
    ],
}
