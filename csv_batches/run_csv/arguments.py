"""The options of the command, and the manifest that they make."""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from csv_batches.api.serializers import DraftSerializer
from csv_batches.rules import manifest as rules
from csv_batches.rules.choices import SchemaMode
from csv_batches.rules.field_syntax import field_of_text
from csv_batches.run_csv.choices import ExitCode
from experiments.api.serializers.read_options import ReadOptionsSerializer
from experiments.core import limits
from experiments.core.choices import ErrorCode, ExportFormat, Reuse
from experiments.core.errors import InvalidInput
from experiments.core.formatting import quoted

STANDARD = "-"
"""As a file: standard input or output."""
NUMBERS = ("concurrency", "max_attempts", *(limit.name for limit in limits.LIMITS if not limit.is_money))
SWITCHES = ("tolerant", "repair", "skip_empty", "debug")
ROWS = re.compile(r"([0-9]{1,10})-([0-9]{1,10})")
PATIENCE_MIN = 15.0
EXAMPLE = """
A file and what to ask of each row:
  run_csv mails.csv --network support --map Body=prompt --prompt "What is it about?" \\
          --field "topic:choice(billing,other)" --field "score:integer(1..5)?" --output answers.csv
A batch of the wizard again, somewhere else (Download manifest, in its menu):
  run_csv mails.csv --manifest batch.json --output answers.csv
A field in one line, NAME:TYPE with ? where it may be missing and =DESCRIPTION at the end:
  string(..200)  number(0..)  integer(1..5)  boolean  date  date-time  choice(a,b)  list(string)
  object(a:string,b:date)
"""


def epilog() -> str:
    codes = "\n".join(f"  {code.value:<4}{code.meaning}" for code in ExitCode)
    return f"{EXAMPLE}\nExit codes:\n{codes}\n"


def add_arguments(parser: CommandParser) -> None:
    parser.add_argument("file", nargs="?", help=f"CSV, JSON Lines, XLSX …; {STANDARD} for standard input.")
    parser.add_argument("--manifest", type=Path, metavar="FILE", help="All that a batch is made of; options change it.")
    parser.add_argument("--resume", metavar="ID", help="Continues a batch where it stopped.")
    parser.add_argument("--user", metavar="NAME", help="Whose batch it is; omitted: the only user that there is.")
    _add_what_is_asked(parser)
    _add_settings(parser)
    output = parser.add_argument_group("output")
    output.add_argument(
        "--output", metavar="FILE", help=f"The rows with their answers; {STANDARD} for standard output."
    )
    output.add_argument("--format", choices=ExportFormat.values(), help="Omitted: by the ending of the file, or csv.")
    output.add_argument("--no-metadata", action="store_true", help="Without trace id, status, attempts, errors.")
    output.add_argument("--write-manifest", metavar="FILE", help="The manifest of the batch, for --manifest.")
    output.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_MIN,
        metavar="MINUTES",
        help="Waits for a paused batch that resumes by itself within so many minutes (%(default)g).",
    )


def _add_what_is_asked(parser: CommandParser) -> None:
    group = parser.add_argument_group("prompt, columns and fields")
    group.add_argument("--name", help="Of the batch; omitted: the name of the file.")
    group.add_argument("--network", metavar="NAME")
    group.add_argument("--agent", dest="agent_key", metavar="KEY", help="Omitted: the network’s default agent.")
    prompt = group.add_mutually_exclusive_group()
    prompt.add_argument("--prompt", dest="prompt_template", metavar="TEXT", help="The prompt template.")
    prompt.add_argument("--prompt-file", type=Path, metavar="FILE")
    group.add_argument(
        "--map", action="append", default=[], metavar="COLUMN=MODE[:KEY]", help="prompt, system_param or ignore."
    )
    fields = group.add_mutually_exclusive_group()
    fields.add_argument("--field", action="append", metavar="NAME:TYPE", help="A field of the answer; see below.")
    fields.add_argument("--schema", type=Path, metavar="FILE", help="A JSON Schema of the answers.")
    group.add_argument("--schema-mode", choices=SchemaMode.values(), help="Omitted: batch; the network stays as it is.")
    group.add_argument("--replace-schema", action="store_true", help="With update: replaces the network’s schema.")
    group.add_argument(
        "--read",
        action="append",
        default=[],
        metavar="OPTION=VALUE",
        help="As delimiter=tab, header=3, encoding=cp1252.",
    )
    group.add_argument("--file-name", metavar="NAME", help="Of standard input; its ending says the format.")
    group.add_argument("--accept-other-file", action="store_true", help="The manifest may be about another file.")


def _add_settings(parser: CommandParser) -> None:
    group = parser.add_argument_group("settings and limits")
    group.add_argument("--rows", type=_rows, metavar="A-B", help="Only these rows, counted from 0, both included.")
    for name in NUMBERS:
        group.add_argument(_option(name), type=int, metavar="N")
    for limit in limits.LIMITS:
        if limit.is_money:
            group.add_argument(_option(limit.name), type=_amount, metavar="AMOUNT", help="In the network’s currency.")
    group.add_argument("--reuse", choices=Reuse.values(), help="Identical rows are called once.")
    for name in SWITCHES:
        group.add_argument(_option(name), action="store_true", default=None)


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _rows(text: str) -> tuple[int, int]:
    found = ROWS.fullmatch(text)
    if not found or int(found[1]) > int(found[2]):
        raise argparse.ArgumentTypeError(f"{text} isn’t a range of rows, such as 0-99")
    return int(found[1]), int(found[2])


def _amount(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} isn’t an amount, such as 2.50") from None


# -- what they make


def changes_after_start(options: Mapping[str, Any]) -> dict[str, Any]:
    """What `--resume` may change as well."""
    names = ("name", "concurrency", *limits.LIMIT_NAMES)
    given = {name: options[name] for name in names if options[name] is not None}
    checked = DraftSerializer(data=given, partial=True)
    checked.is_valid(raise_exception=True)
    values: dict[str, Any] = checked.validated_data
    return values


def manifest_of_options(options: Mapping[str, Any]) -> rules.Json:
    """That of `--manifest`, or an empty one, with what the other options say. `InvalidInput`, `Problems`."""
    manifest = rules.parse(_bytes_of(options["manifest"])) if options["manifest"] else dict(rules.HEAD)
    plain = ("name", "network", "agent_key", "prompt_template", "schema_mode", "reuse", *NUMBERS, *SWITCHES)
    given = {name: options[name] for name in (*plain, *limits.LIMIT_NAMES) if options[name] is not None}
    if options["prompt_file"]:
        given["prompt_template"] = _text_of(options["prompt_file"])
    manifest |= given
    if options["map"]:
        manifest["mapping"] = {**manifest.get("mapping", {}), **dict(map(_use, options["map"]))}
    if options["read"]:
        manifest["reading"] = {**manifest.get("reading", {}), **_reading(options["read"])}
    if options["field"] or options["schema"]:
        for name in ("response_fields", "json_schema"):
            manifest.pop(name, None)
    if options["field"]:
        manifest["response_fields"] = [field_of_text(text) for text in options["field"]]
    if options["schema"]:
        manifest["json_schema"] = rules.json_of(_bytes_of(options["schema"]), "the schema")
    return manifest


def _use(text: str) -> tuple[str, str]:
    # A column may have the sign in its name; a mode has none, and a key seldom.
    name, sign, use = text.rpartition("=")
    if not sign:
        raise InvalidInput(f"Write --map COLUMN=MODE: {text} has no =.", code=ErrorCode.INVALID_MODE, attr="map")
    rules.column_of_use(name, use)
    return name, use


def _reading(given: list[str]) -> dict[str, Any]:
    pairs = {name: value for name, _, value in (text.partition("=") for text in given)}
    known = ReadOptionsSerializer().get_fields()
    for name in pairs:
        if name not in known:
            detail = f"{quoted(name)} isn’t an option of reading. Known are {', '.join(known)}."
            raise InvalidInput(detail, code=ErrorCode.UNKNOWN, attr="read")
    checked = ReadOptionsSerializer(data=pairs)
    checked.is_valid(raise_exception=True)
    return ReadOptionsSerializer.read_options(checked.validated_data).given()


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        detail = f"Couldn’t read {path}: {error.strerror}."
        raise InvalidInput(detail, code=ErrorCode.NOT_FOUND, attr="file") from error


def _text_of(path: Path) -> str:
    try:
        return _bytes_of(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} isn’t UTF-8.", code=ErrorCode.NOT_TEXT, attr="prompt_file") from None
