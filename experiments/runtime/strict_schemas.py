"""JSON Schemas as endpoints with strict structured output take them, and answers by them as the caller meant them.

Strict endpoints know a part of JSON Schema only: an object lists all its properties as required and takes no others
(https://platform.openai.com/docs/guides/structured-outputs#supported-schemas). What is optional may be null instead.
"""

from collections.abc import Mapping
from typing import Any

from experiments.core.choices import FieldType
from experiments.core.schema_words import keywords_in_words

_DEFINITIONS = ("definitions", "$defs")
"""Both hold what references name. The former is the word of earlier drafts; strict endpoints know the latter."""
_STRUCTURE = {"type", "properties", "required", "items", "anyOf", "enum", "const", "description", "$ref", "$defs"}
_BOUNDS = {
    *("pattern", "format", "minItems", "maxItems", "multipleOf"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
_FORMATS = {"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"}
_BEYOND = {
    *("allOf", "not", "if", "then", "else", "patternProperties", "propertyNames", "unevaluatedProperties"),
    *("dependentRequired", "dependentSchemas", "dependencies", "prefixItems", "contains", "$dynamicRef"),
}
"""Keywords that decide what an answer looks like and have no strict form."""


class _NotStrict(Exception):
    """The schema has a part that cannot be written in the strict form."""


def strict_schema(schema: Mapping[str, Any], *, bounds: bool = True) -> dict[str, Any] | None:
    """`schema` in the strict form; None where it has no such form.

    Descriptions say what the keywords do that it does not know, so that a model is told all the same. Without `bounds`
    those of numbers and lists, patterns and formats are among them: some strict endpoints know none.

    >>> strict_schema({"type": "object", "properties": {"a": {"type": "string"}}})["properties"]
    {'a': {'type': ['string', 'null']}}
    """
    if schema.get("type") != FieldType.OBJECT:
        return None
    try:
        return _strict(_with_defs(schema), bounds)
    except _NotStrict:
        return None


def _with_defs(schema: Mapping[str, Any]) -> dict[str, Any]:
    """With everything that references name under `$defs`."""
    defs: dict[str, Any] = {}
    for keyword in _DEFINITIONS:
        for name, part in schema.get(keyword, {}).items():
            if defs.setdefault(name, part) != part:
                raise _NotStrict
    rest = {key: value for key, value in schema.items() if key not in _DEFINITIONS}
    return rest | ({"$defs": defs} if defs else {})


def _strict(schema: Any, bounds: bool) -> dict[str, Any]:
    if not isinstance(schema, Mapping) or _BEYOND & schema.keys():
        raise _NotStrict
    known = _STRUCTURE | (_BOUNDS if bounds and "$ref" not in schema else set())
    copy = {key: value for key, value in schema.items() if key in known}
    if copy.get("format", "date") not in _FORMATS:
        del copy["format"]
    told = keywords_in_words({key: value for key, value in schema.items() if key not in copy})
    if told:
        copy["description"] = " ".join(part for part in (schema.get("description"), told) if part)
    if "oneOf" in schema:
        # Exactly one of them, or one at least: whoever asked checks the answer by the schema itself.
        copy["anyOf"] = [*copy.get("anyOf", []), *schema["oneOf"]]
    if not {"type", "enum", "const", "anyOf", "$ref"} & copy.keys():
        raise _NotStrict
    if "$ref" in copy:
        return _reference(copy)
    types = _types(copy)
    if "object" in types:
        if schema.get("additionalProperties", False) is not False or not copy.get("properties"):
            raise _NotStrict
        needed = schema.get("required", [])
        copy["properties"] = {
            name: _strict(part, bounds) if name in needed else _or_null(_strict(part, bounds))
            for name, part in copy["properties"].items()
        }
        copy |= {"required": list(copy["properties"]), "additionalProperties": False}
    if "array" in types:
        copy["items"] = _strict(copy.get("items"), bounds)
    if "anyOf" in copy:
        copy["anyOf"] = [_strict(part, bounds) for part in copy["anyOf"]]
    if "$defs" in copy:
        copy["$defs"] = {name: _strict(part, bounds) for name, part in copy["$defs"].items()}
    return copy


def _reference(schema: dict[str, Any]) -> dict[str, Any]:
    """Nothing may stand beside a reference; it is described as the only alternative."""
    reference = {"$ref": schema["$ref"].replace("#/definitions/", "#/$defs/")}
    if schema.keys() - {"$ref", "description"}:
        raise _NotStrict
    return {"description": schema["description"], "anyOf": [reference]} if "description" in schema else reference


def _types(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type", [])
    return [types] if isinstance(types, str) else list(types)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    types = _types(schema)
    if "const" in schema or not types:
        plain_enum = "enum" in schema and not {"anyOf", "$ref", "const"} & schema.keys()
        if plain_enum:
            return {**schema, "enum": [*schema["enum"], *([] if None in schema["enum"] else [None])]}
        described = {key: schema[key] for key in ("description",) if key in schema}
        bare = {key: value for key, value in schema.items() if key != "description"}
        return {**described, "anyOf": [bare, {"type": "null"}]}
    nullable = {**schema, "type": types if "null" in types else [*types, "null"]}
    if "enum" in schema and None not in schema["enum"]:
        nullable["enum"] = [*schema["enum"], None]
    return nullable


def without_forced_nulls(answer: Any, schema: Mapping[str, Any]) -> Any:
    """An answer by `strict_schema(schema)` as `schema` means it: what is optional there, and not null, is left out."""
    return _freed(answer, schema, schema)


def _freed(value: Any, schema: Any, root: Mapping[str, Any]) -> Any:
    schema = _resolved(schema, root)
    branches = [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    if isinstance(value, dict):
        for branch in branches:
            value = _freed(value, branch, root)
        properties, needed = schema.get("properties", {}), schema.get("required", [])
        return {
            name: _freed(part, properties.get(name, {}), root)
            for name, part in value.items()
            if part is not None or name not in properties or name in needed or _takes_null(properties[name], root)
        }
    if isinstance(value, list):
        for branch in branches:
            value = _freed(value, branch, root)
        return [_freed(part, schema.get("items", {}), root) for part in value]
    return value


def _takes_null(schema: Any, root: Mapping[str, Any]) -> bool:
    schema = _resolved(schema, root)
    if "enum" in schema:
        return None in schema["enum"]
    if "const" in schema:
        return schema["const"] is None
    branches = [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    if branches:
        return any(_takes_null(branch, root) for branch in branches)
    return "type" not in schema or "null" in _types(schema)


def _resolved(schema: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a reference to a definition of the same schema names; any other schema itself."""
    seen: set[str] = set()
    while isinstance(schema, Mapping) and isinstance(name := schema.get("$ref"), str) and name not in seen:
        seen.add(name)
        keyword, _, of_it = name.removeprefix("#/").partition("/")
        schema = root.get(keyword, {}).get(of_it, {}) if keyword in _DEFINITIONS else {}
    return schema if isinstance(schema, Mapping) else {}
