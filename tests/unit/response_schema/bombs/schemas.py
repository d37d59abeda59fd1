"""Schemas that want too much. Each is a JSON text as somebody would paste it, or a value where no text can say it."""

import json
from typing import Any

TEXT = {"type": "string"}


def nested(keyword: str, depth: int) -> dict[str, Any]:
    """A schema in a schema in a schema, by the way that `keyword` takes them."""
    wrap: Any = {
        "properties": lambda inner: {"type": "object", "properties": {"a": inner}},
        "items": lambda inner: {"type": "array", "items": inner},
        "anyOf": lambda inner: {"anyOf": [inner, {"type": "null"}]},
        "not": lambda inner: {"not": inner},
        "additionalProperties": lambda inner: {"additionalProperties": inner},
    }[keyword]
    schema: dict[str, Any] = TEXT
    for _ in range(depth):
        schema = wrap(schema)
    return of(schema)


def of(schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"a": schema}, "required": ["a"]}


def nested_lists(least: int, depth: int) -> dict[str, Any]:
    """A list of `least` lists of `least` lists …"""
    schema: dict[str, Any] = TEXT
    for _ in range(depth):
        schema = {"type": "array", "items": schema, "minItems": least}
    return schema


def tree(keyword: str, width: int, depth: int) -> Any:
    return TEXT if depth == 0 else {keyword: [tree(keyword, width, depth - 1)] * width}


REFUSED: dict[str, Any] = {
    "deep properties": nested("properties", 400),
    "deep items": nested("items", 400),
    "deep anyOf": nested("anyOf", 300),
    "deep not": nested("not", 300),
    "deep additionalProperties": nested("additionalProperties", 400),
    "a bit too deep": nested("items", 20),
    "reference to itself": {"type": "object", "$ref": "#"},
    "reference loop": {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/x"}},
        "$defs": {"x": {"$ref": "#/$defs/x"}},
    },
    "two references in a loop": {
        **of({"$ref": "#/$defs/x"}),
        "$defs": {"x": {"$ref": "#/$defs/y"}, "y": {"$ref": "#/$defs/x"}},
    },
    "references that double": {
        **of({"$ref": "#/$defs/n0"}),
        "$defs": {f"n{n}": {"anyOf": [{"$ref": f"#/$defs/n{n + 1}"}] * 2} for n in range(60)} | {"n60": TEXT},
    },
    "remote reference": of({"$ref": "http://127.0.0.1:1/schema.json"}),
    "file reference": of({"$ref": "file:///etc/passwd"}),
    "dynamic reference": {**of({"$dynamicRef": "#x"}), "$dynamicAnchor": "x"},
    "base address elsewhere": {**of(TEXT), "$id": "http://127.0.0.1:1/"},
    "dialect elsewhere": {**of(TEXT), "$schema": "http://127.0.0.1:1/dialect"},
    "vocabulary elsewhere": {**of(TEXT), "$vocabulary": {"http://127.0.0.1:1/": True}},
    "slow pattern of names": {"type": "object", "patternProperties": {"^(a|aa)+$": TEXT}},
    "slow names": {"type": "object", "propertyNames": {"pattern": "^(([a-z])+.)+[A-Z]([a-z])+$"}},
    "broken pattern": of({"type": "string", "pattern": "(" * 5_000}),
    "huge enum": of({"enum": list(range(30_000))}),
    "enum of objects": of({"enum": [{"a": [1] * 50}] * 900}),
    "allOf tree": of(tree("allOf", 8, 4)),
    "oneOf tree": of(tree("oneOf", 8, 4)),
    "anyOf of many": of(tree("anyOf", 2_000, 1)),
    "anyOf tree beyond the size": of(tree("anyOf", 10, 5)),
    "if then else": of({"if": {"not": TEXT}, "then": {"allOf": [TEXT] * 500}, "else": {"allOf": [TEXT] * 500}}),
    "dependent schemas": {**of(TEXT), "dependentSchemas": {f"k{n}": {"required": [f"k{n + 1}"]} for n in range(2_000)}},
    "lists in lists without end": of(nested_lists(100, 8)),
    "contains": of({"type": "array", "contains": TEXT, "minContains": 10**9}),
    "unevaluated": {**of(TEXT), "unevaluatedProperties": {"not": {}}},
    "items without end": of({"type": "array", "minItems": 10**9}),
    "text without end": of({"type": "string", "minLength": 10**9}),
    "number without end": of({"type": "number", "minimum": 10**4_000}),
    "number near infinity": of({"type": "number", "maximum": 1.7e308}),
    "tiny steps": of({"type": "number", "multipleOf": 1e-300}),
    "long text": {**of(TEXT), "description": "x" * 10_000_000},
    "twenty thousand properties": {"type": "object", "properties": {f"p{n}": TEXT for n in range(20_000)}},
    "two thousand properties": {"type": "object", "properties": {f"p{n}": TEXT for n in range(2_000)}},
    "hundred thousand required": {**of(TEXT), "required": [f"p{n}" for n in range(100_000)]},
    "deep default": {**of(TEXT), "default": json.loads("[" * 500 + "]" * 500)},
    "deep constant": of({"const": json.loads("[" * 500 + "]" * 500)}),
    "thousands of types": of({"type": ["string"] * 20_000}),
    "list of types twice": of({"type": ["string", "string"]}),
    "contradiction": of({"type": "integer", "minimum": 5, "maximum": 4}),
    "NUL in a name": {"type": "object", "properties": {"a\0": TEXT}},
    "half a pair in a name": {"type": "object", "properties": {"\ud800": TEXT}},
    "an answer that is no object": {"type": "array", "items": TEXT},
}

NUMBER = {"type": "number"}
LAST_FITS = {"anyOf": [tree("anyOf", 10, 2)] * 7 + [{"anyOf": [TEXT] * 9 + [NUMBER]}]}
WIDE_ALTERNATIVES = of({"anyOf": [tree("anyOf", 10, 2)] * 8})
# Near every limit, and taken: with the answers that make the most work of it.
TAKEN: dict[str, tuple[dict[str, Any], Any]] = {
    "slow pattern": (of({"type": "string", "pattern": "^(a+)+$"}), {"a": "a" * 100_000 + "!"}),
    "large pattern": (of({"type": "string", "pattern": "(x{0,30}){0,30}$"}), {"a": "x" * 20_000 + "!"}),
    "format": (of({"type": "string", "format": "regex"}), {"a": "(" * 5_000}),
    "long address": (of({"type": "string", "format": "email"}), {"a": "a.a" * 100_000 + "@"}),
    "unique items": (of({"type": "array", "uniqueItems": True}), {"a": [{"n": n} for n in range(15_000)]}),
    "as many choices as allowed": (of({"enum": [f"choice {n}" for n in range(1_000)]}), {"a": "none"}),
    "hundreds of alternatives": (WIDE_ALTERNATIVES, {"a": 1}),
    "as deep as allowed": (nested("properties", 15), {"a": {}}),
    "as many properties as fit": (
        {
            "type": "object",
            "properties": {f"p{n}": TEXT for n in range(990)},
            "required": [f"p{n}" for n in range(990)],
        },
        {"a": 1},
    ),
    "a long list of right values": (of({"type": "array", "items": {"type": "number"}}), {"a": [1] * 1_000_000}),
    "a long list of wrong values": (of({"type": "array", "items": tree("anyOf", 10, 2)}), {"a": [1] * 1_000_000}),
    "a long list that fits only the last of many alternatives": (
        of({"type": "array", "items": LAST_FITS}),
        {"a": [1] * 49_000},
    ),
    "lists in lists of alternatives": (
        of({"anyOf": [{"type": "array", "items": {"anyOf": [{"type": "array", "items": NUMBER}] * 10}}] * 10}),
        {"a": [[1] * 100] * 450},
    ),
    "a long list of the last of many choices": (
        of({"type": "array", "items": {"enum": [f"choice {n}" for n in range(1_000)]}}),
        {"a": ["choice 999"] * 45_000},
    ),
    "just as many choices as are checked": (
        of({"type": "array", "items": {"enum": [f"choice {n}" for n in range(1_000)]}}),
        {"a": ["choice 999"] * 950},
    ),
    "just as many values as are checked": (of({"type": "array", "items": NUMBER}), {"a": [1] * 49_990}),
    "just as many values with alternatives": (
        of({"type": "array", "items": LAST_FITS}),
        {"a": [1] * 15},
    ),
    "many keys that are not asked for": (
        {**of(TEXT), "additionalProperties": False},
        {"a": "x", **{f"k{n}": n for n in range(100_000)}},
    ),
    "a deep answer": (of({}), {"a": json.loads("[" * 900 + "]" * 900)}),
    "an endless text": (of({"type": "string", "maxLength": 10}), {"a": "x" * 5_000_000}),
}
