"""Invoices with line items: their schema as Pydantic and Zod write it, and what a network answers."""

from typing import Any

# A model in another one, as Pydantic 2 writes it.
PYDANTIC_VENDOR: dict[str, Any] = {
    "properties": {
        "name": {"title": "Name", "type": "string"},
        "email": {
            "anyOf": [{"format": "email", "type": "string"}, {"type": "null"}],
            "default": None,
            "title": "Email",
        },
    },
    "required": ["name"],
    "title": "Vendor",
    "type": "object",
}
# `Invoice.model_json_schema()` of Pydantic 2.
PYDANTIC: dict[str, Any] = {
    "$defs": {
        "Line": {
            "properties": {
                "sku": {"minLength": 1, "title": "Sku", "type": "string"},
                "quantity": {"exclusiveMinimum": 0, "title": "Quantity", "type": "integer"},
                "price": {"anyOf": [{"minimum": 0, "type": "number"}, {"type": "null"}], "title": "Price"},
            },
            "required": ["sku", "quantity", "price"],
            "title": "Line",
            "type": "object",
        },
        "Vendor": PYDANTIC_VENDOR,
    },
    "properties": {
        "number": {"pattern": "^INV-\\d{4}$", "title": "Number", "type": "string"},
        "date": {"format": "date", "title": "Date", "type": "string"},
        "vendor": {"$ref": "#/$defs/Vendor"},
        "tags": {"items": {"type": "string"}, "title": "Tags", "type": "array"},
        "lines": {"items": {"$ref": "#/$defs/Line"}, "minItems": 1, "title": "Lines", "type": "array"},
    },
    "required": ["number", "date", "vendor", "tags", "lines"],
    "title": "Invoice",
    "type": "object",
}
# `z.toJSONSchema(Invoice)` of Zod 4.
ZOD: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "number": {"type": "string", "pattern": "^INV-\\d{4}$"},
        "date": {"type": "string", "format": "date"},
        "vendor": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "email": {"anyOf": [{"type": "string", "format": "email"}, {"type": "null"}]},
            },
            "required": ["name"],
        },
        "tags": {"type": "array", "items": {"type": "string"}},
        "lines": {
            "minItems": 1,
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "sku": {"type": "string", "minLength": 1},
                    "quantity": {"type": "integer", "exclusiveMinimum": 0, "maximum": 9007199254740991},
                    "price": {"anyOf": [{"type": "number", "minimum": 0}, {"type": "null"}]},
                },
                "required": ["sku", "quantity", "price"],
            },
        },
    },
    "required": ["number", "date", "vendor", "tags", "lines"],
}


def line(sku: str, quantity: int, price: float | None) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "price": price}


def invoice(number: str, date: str, vendor: dict[str, Any], tags: list[str], *lines: dict[str, Any]) -> dict[str, Any]:
    return {"number": number, "date": date, "vendor": vendor, "tags": tags, "lines": list(lines)}


ADA = {"name": "Ada & Söhne", "email": "ada@example.org"}
ANSWERS = [
    invoice("INV-0001", "2026-01-31", ADA, ["paid", "late"], line("A-1", 2, 9.5), line("B-2", 1, 20)),
    invoice("INV-0002", "2026-02-01", {"name": "Bo"}, [], line("A-1", 1, None)),
    invoice("INV-0003", "2026-03-15", {"name": "Cy", "email": None}, ["late"], line("C-3", 4, 0.25)),
    # Breaks the schema: no invoice number, and an item of no quantity.
    invoice("3/26", "2026-04-01", {"name": "Di"}, ["new"], line("D-4", 0, 1)),
]
MENDED = invoice("INV-0004", "2026-04-01", {"name": "Di"}, ["new"], line("D-4", 3, 1), line("B-2", 1, 20))


def script() -> dict[str, Any]:
    """For the scripted server: the message `invoice N` is answered with the N-th of `ANSWERS`."""
    rules = [
        {"match": f"invoice {number}\\b", "attempts": [{"payload": answer}], "repeat": True}
        for number, answer in enumerate(ANSWERS)
    ]
    return {"rules": rules}
