"""The manifest of a batch: one JSON of all that a batch is made of except its file, with a published schema.

`schema.json` beside this file is that schema. Keys are those of the API's drafts, where a draft has them; the columns
are written short, as `{"Subject": "prompt", "Order no": "system_param:order.no"}`.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from csv_batches.rules.choices import MappingMode
from csv_batches.rules.mapping_modes import MAPPING_MODES, mode_of_column
from experiments.core import json_text
from experiments.core.choices import ErrorCode
from experiments.core.errors import InvalidInput, Problems
from experiments.core.formatting import quoted
from experiments.response_schema import misfits

Json = dict[str, Any]

SCHEMA_FILE = Path(__file__).with_name("schema.json")
FORMAT, VERSION = "csv-batch-manifest", 1
HEAD: Json = {"format": FORMAT, "version": VERSION}
ATTR = "manifest"
"""Of its errors, with the place in it: `manifest.reading.header`."""
MOST_ERRORS = 20
KEY_SIGN = ":"
CLOSE_ENOUGH = 0.5


@cache
def schema() -> Json:
    parsed: Json = json_text.parse_finite(SCHEMA_FILE.read_text())
    return parsed


def options_of_reading() -> list[str]:
    """In the order of the schema."""
    return list(schema()["properties"]["reading"]["properties"])


# -- reading


def parse(data: bytes) -> Json:
    """A manifest that keeps to the schema. `InvalidInput`, `Problems`: what is wrong, and where."""
    value = json_of(data, "the manifest")
    check(value)
    parsed: Json = value
    return parsed


def json_of(data: bytes, subject: str) -> Any:
    """A JSON value that can be stored. `InvalidInput` where it is none; `subject` is what was to be read."""
    try:
        return json_text.strict(json_text.parse(data.decode("utf-8-sig")), subject)
    except RecursionError:
        why = "it is nested too deeply"
    except (ValueError, json_text.BadPayload) as error:
        why = str(error)
    raise InvalidInput(f"Couldn’t read {subject} as JSON: {why}.", code=ErrorCode.INVALID_JSON, attr=ATTR)


def check(manifest: Any) -> None:
    """`Problems` with an error for each thing that the schema doesn't allow."""
    if not isinstance(manifest, dict):
        raise InvalidInput("A manifest is a JSON object.", code=ErrorCode.INVALID, attr=ATTR)
    if (manifest.get("format"), manifest.get("version")) != (FORMAT, VERSION):
        detail = f"This isn’t a manifest of a batch: its format must be {quoted(FORMAT)} and its version {VERSION}."
        raise InvalidInput(detail, code=ErrorCode.INVALID, attr=f"{ATTR}.format")
    found = [*_unknown_keys(manifest, schema(), ()), *_wrong_uses(manifest.get("mapping"))]
    known = _known_part(manifest, schema())
    if isinstance(known.get("mapping"), Mapping):
        known["mapping"] = {}
    found += [_wrong(one.path, f"{one.sentence}.", ErrorCode.INVALID) for one in misfits(schema(), known)[:MOST_ERRORS]]
    if found:
        raise Problems(list(found[:MOST_ERRORS]))


def _wrong(path: tuple[str | int, ...], sentence: str, code: ErrorCode) -> InvalidInput:
    return InvalidInput(f"Manifest: {sentence}", code=code, attr=".".join([ATTR, *(str(step)[:100] for step in path)]))


def _unknown_keys(value: Any, part: Mapping[str, Any], path: tuple[str | int, ...]) -> Iterator[InvalidInput]:
    if isinstance(value, list):
        for index, one in enumerate(value):
            yield from _unknown_keys(one, part.get("items", {}), (*path, index))
    if not isinstance(value, dict) or "properties" not in part:
        return
    names = part["properties"]
    for name, inner in value.items():
        if name in names:
            yield from _unknown_keys(inner, names[name], (*path, name))
        else:
            close = get_close_matches(name[:100].lower(), names, n=1, cutoff=CLOSE_ENOUGH)
            meant = f" Did you mean {quoted(close[0])}?" if close else f" Known are {', '.join(names)}."
            owner = f" in {quoted(path[-1])}" if path and isinstance(path[-1], str) else ""
            yield _wrong((*path, name), f"the key {quoted(name[:100])} isn’t known{owner}.{meant}", ErrorCode.UNKNOWN)


def _known_part(value: Any, part: Mapping[str, Any]) -> Any:
    """Without the keys that were said to be unknown: once is enough."""
    if isinstance(value, list):
        return [_known_part(one, part.get("items", {})) for one in value]
    if not isinstance(value, dict) or "properties" not in part:
        return value
    names = part["properties"]
    return {name: _known_part(inner, names[name]) for name, inner in value.items() if name in names}


def _wrong_uses(mapping: Any) -> Iterator[InvalidInput]:
    for name, use in mapping.items() if isinstance(mapping, dict) else ():
        try:
            column_of_use(name, use)
        except InvalidInput as error:
            yield _wrong(("mapping", name), f"column {quoted(name)}: {error.detail}", ErrorCode.INVALID_MODE)


# -- the use of a column, in one word


def column_of_use(name: str, use: Any) -> Json:
    """`system_param:order.no` as the API takes a column. `InvalidInput` where it is no use of a column."""
    word, sign, key = use.partition(KEY_SIGN) if isinstance(use, str) else ("", "", "")
    if word not in MappingMode.values() or (sign and not (key and MAPPING_MODES[MappingMode(word)].has_key)):
        ways = [f"{mode}[{KEY_SIGN}key]" if traits.has_key else mode for mode, traits in MAPPING_MODES.items()]
        detail = f"{quoted(use)} isn’t one of {', '.join(ways)}."
        raise InvalidInput(detail, code=ErrorCode.INVALID_MODE, attr="mapping")
    return {"name": name, "mode": word, **({"key": key} if key else {})}


def use_of_column(column: Mapping[str, Any]) -> str:
    """The other way round; `column` as columns are stored."""
    has_own_key = mode_of_column(column).has_key and column["key"] != column["name"]
    return f"{column['mode']}{KEY_SIGN}{column['key']}" if has_own_key else str(column["mode"])
