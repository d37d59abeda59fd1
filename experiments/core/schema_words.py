"""Keywords of a JSON Schema that limit a value, in plain English."""

from collections.abc import Mapping
from typing import Any

from experiments.core.choices import FieldType, TextFormat
from experiments.core.formatting import counted, shorten
from experiments.core.json_numbers import to_json

BOUND_WORDS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}

FORMATS_WRITTEN = {
    str(FieldType.DATE): "YYYY-MM-DD",
    str(FieldType.DATE_TIME): "YYYY-MM-DDThh:mm:ssZ",
    str(TextFormat.URI): "https://…",
}
SHOWN_EXAMPLES = 3
SHOWN_CHARACTERS = 80  # of an example


def limits_in_words(schema: Mapping[str, Any]) -> list[str]:
    """`["at least 1", "at most 10"]`: what limits the values of a type."""
    said = [f"{words} {schema[bound]}" for bound, words in BOUND_WORDS.items() if bound in schema]
    if "multipleOf" in schema:
        said.append(f"a multiple of {schema['multipleOf']}")
    for least, most, what in (
        ("minLength", "maxLength", ("character", "characters")),
        ("minItems", "maxItems", ("entry", "entries")),
    ):
        if words := _range_in_words(schema.get(least), schema.get(most), *what):
            said.append(words)
    if schema.get("uniqueItems"):
        said.append("none of them twice")
    if "pattern" in schema:
        said.append(f"that fits the pattern {schema['pattern']}")
    return said


def _range_in_words(least: Any, most: Any, what: str, several: str) -> str:
    if not least and most is None:
        return ""
    if most is None:
        return f"at least {counted(least, what, several)}"
    if not least:
        return f"at most {counted(most, what, several)}"
    return counted(most, what, several) if least == most else f"{least:,} to {counted(most, what, several)}"


def keywords_in_words(schema: Mapping[str, Any]) -> str:
    """Sentences that say what `limits_in_words`, a format and examples do: `At least 1. For example 3 or 4.`"""
    said = limits_in_words(schema)
    if (name := schema.get("format")) is not None:
        written = FORMATS_WRITTEN.get(name)
        said.insert(0, f"in the format {name}" + (f" ({written})" if written else ""))
    limits = ", ".join(said)
    sentences = [f"{limits[0].upper()}{limits[1:]}."] if limits else []
    examples = [shorten(to_json(value), SHOWN_CHARACTERS) for value in schema.get("examples", ())[:SHOWN_EXAMPLES]]
    if examples:
        sentences.append(f"For example {' or '.join(examples)}.")
    return " ".join(sentences)
