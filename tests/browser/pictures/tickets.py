"""A table as people have it: 40 columns of which few matter, texts in several scripts, long cells, empty ones.

And what a network made of each row. The same every time.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

TEXTS = (
    (
        "Invoice 4711 paid twice",
        "Hi there,\n\nour bank shows two payments of 1.204,50 € for invoice 4711. Please send one of them back this "
        "week: the books are closed on Friday.\n\nMartha Okonjo\nLagos Supplies Ltd",
        ("billing", 8, ["refund", "paid twice"], "Two payments for one invoice; asks for one of them back by Friday."),
    ),
    (
        "La aplicación se cierra al exportar",
        "Desde la actualización de ayer la aplicación se cierra cada vez que exporto el informe.\n\n"
        "Traza:\n  ExportError: column 12\n    at write (export.js:88)\n    at run (export.js:17)",
        ("bug", 9, ["export", "crash", "since the update"], "The app closes on each export since yesterday's update."),
    ),
    (
        "الشحنة لم تصل بعد",
        "مرحباً، مضى أسبوعان ولم تصل الشحنة. متى أستلمها؟",
        ("shipping", 6, ["late"], "Two weeks without the parcel; asks when it comes."),
    ),
    (
        "Thank you!",
        "Just wanted to say that Priya solved in five minutes what I could not in a week. Great support.",
        ("praise", 1, [], "Praises Priya of the support team."),
    ),
    (
        "Größere Lizenz für 50 Leute?",
        "Guten Tag,\nwir wachsen und brauchen ab Januar 50 Plätze statt 20. Was kostet das, und geht es ohne "
        "Unterbrechung?\nMit freundlichen Grüßen\nJürgen Weiß",
        ("sales", 4, ["upgrade"], "Asks for the price of 50 seats from January on."),
    ),
    (
        "Ще раз рахунок за жовтень",
        "Добрий день! Надішліть, будь ласка, ще раз рахунок за жовтень, але на ТОВ «Зелений сад».",
        ("billing", 3, ["receipt"], "Asks for last month's receipt again, with another name on it."),
    ),
)
PEOPLE = (
    "Martha Okonjo",
    "Íñigo Salas",
    "سلمى حداد",
    "Priya Raman",
    "Jürgen Weiß",
    "Оля Марченко",
    "Olu Adé",
    "Kim O’Hara",
)
FEW = ("id", "opened at", "subject", "body", "customer", "language", "product", "plan")
OTHERS = (
    *(
        "e-mail",
        "phone",
        "company",
        "country",
        "city",
        "zip",
        "order no.",
        "amount €",
        "currency",
        "channel",
        "priority",
    ),
    *("group", "agent", "first reply (min)", "solved after (min)", "reopened", "attachments", "satisfaction", "region"),
    *("device", "app version", "browser", "campaign", "source", "old tags", "notes", "is VIP", "vat id", "contract"),
    *("renewal", "A header that somebody wrote as a whole sentence, with a date (UTC) in it"),
)
HEAD = (*FEW, *OTHERS, "payload")
MODES = {"subject": ("prompt", ""), "body": ("prompt", ""), "customer": ("system_param", "customer.name")}
COLUMNS = [
    {"name": name, "header": name, "mode": MODES.get(name, ("ignore", ""))[0], "key": MODES.get(name, ("", ""))[1]}
    for name in HEAD
]
TEMPLATE = "Classify this ticket of {{ system_params.customer.name }}.\n\n{{ row.subject }}\n{{ row.body }}"
_COMMON = {"description": "", "required": True, "nullable": False}
FIELDS: list[dict[str, Any]] = [
    {
        **_COMMON,
        "name": "category",
        "type": "string",
        "choices": ["billing", "bug", "shipping", "sales", "praise"],
        "description": "What it is about",
    },
    {**_COMMON, "name": "urgency", "type": "integer", "minimum": 1, "maximum": 10},
    {**_COMMON, "name": "tags", "type": "list", "items": {"type": "string"}},
    {
        **_COMMON,
        "name": "order",
        "type": "object",
        "nullable": True,
        "fields": [
            {**_COMMON, "name": "number", "type": "string"},
            {**_COMMON, "name": "amount", "type": "number", "nullable": True},
        ],
    },
    {**_COMMON, "name": "summary", "type": "string"},
]


def cells(count: int) -> list[list[str]]:
    return [_cells(index) for index in range(count)]


def answer(index: int) -> dict[str, Any]:
    chance = random.Random(index)
    category, urgency, tags, summary = TEXTS[index % len(TEXTS)][2]
    order = {"number": f"{4000 + index}", "amount": round(chance.uniform(5, 900), 2)} if chance.random() < 0.4 else None
    near = max(1, min(10, urgency + chance.randint(-2, 2)))
    return {"category": category, "urgency": near, "tags": tags, "order": order, "summary": summary}


def message(row: Sequence[str]) -> str:
    """As the template makes it."""
    return f"Classify this ticket of {row[4]}.\n\n{row[2]}\n{row[3]}"


def _cells(index: int) -> list[str]:
    chance = random.Random(-1 - index)
    subject, body, _ = TEXTS[index % len(TEXTS)]
    opened = datetime(2026, 11, 2, 7, 30, tzinfo=UTC) + timedelta(minutes=17 * index)
    few = [
        f"{9300 + index:05}",
        opened.strftime("%Y-%m-%dT%H:%M:%SZ"),
        subject,
        body * (6 if index % 29 == 7 else 1),
        chance.choice(PEOPLE),
        ("en", "es", "ar", "en", "de", "uk")[index % 6],
        chance.choice(("Desk", "Mobile", "Reports")),
        chance.choice(("free", "team", "enterprise", "")),
    ]
    payload = f'{{"id": {index}, "flags": ["a", "b"], "seen": {{"at": null}}}}'
    return [*few, *(_other(chance, name, index) for name in OTHERS), payload]


def _other(chance: random.Random, name: str, index: int) -> str:
    if chance.random() < 0.15:
        return ""
    match name:
        case "amount €":
            return f"{chance.randint(1, 9)}.{chance.randint(100, 999)},50"
        case "zip" | "phone" | "order no." | "vat id" | "contract":
            return f"0{chance.randint(1000, 99999)}"
        case "first reply (min)" | "solved after (min)" | "reopened" | "attachments" | "satisfaction":
            return str(chance.randint(0, 40))
        case "priority" | "group" | "channel" | "region" | "is VIP":
            return chance.choice(("low", "normal", "high"))
        case "notes":
            return "Called back on Monday, nobody there. Will try again after the holidays. " * (1 + index % 4)
    return f"{name} {index % 7}"
