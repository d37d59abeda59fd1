"""What JSON Schema says of a schema itself (draft 2020-12), as one schema.

The standard has it in eight documents, so that others can add to it: each part of a schema is then looked at eight
times. Nobody adds anything here.
"""

from typing import Any

from jsonschema import Draft202012Validator
from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]
from referencing.jsonschema import DRAFT202012

from experiments.response_schema.formats import format_checker

_WHOLE = {"$dynamicRef": "#meta"}


def _in_one() -> dict[str, Any]:
    standard = Draft202012Validator.META_SCHEMA
    resolver = REGISTRY.resolver_with_root(DRAFT202012.create_resource(standard))
    documents = [*(resolver.lookup(part["$ref"]).contents for part in standard["allOf"]), standard]
    made: dict[str, Any] = {"type": standard["type"], "properties": {}, "$defs": {}}
    for document in documents:
        for word in ("properties", "$defs"):
            made[word] |= _with_own_references(document.get(word, {}))
    return made


def _with_own_references(value: Any) -> Any:
    if value == _WHOLE:
        return {"$ref": "#"}
    if isinstance(value, dict):
        # `meta/validation#/$defs/stringArray`: the definitions of all documents are here.
        own = {"$ref": f"#{value['$ref'].partition('#')[2]}"} if isinstance(value.get("$ref"), str) else {}
        return {key: _with_own_references(one) for key, one in value.items()} | own
    return [_with_own_references(one) for one in value] if isinstance(value, list) else value


META_CHECKER = Draft202012Validator(_in_one(), format_checker=format_checker())
