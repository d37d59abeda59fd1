"""The options of the command make a manifest."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management.base import CommandError, CommandParser

from csv_batches.rules import manifest
from csv_batches.run_csv.arguments import add_arguments, manifest_of_options
from csv_batches.run_csv.choices import ExitCode
from csv_batches.run_csv.files import format_of_output
from csv_batches.run_csv.hints import resume
from experiments.core.errors import InvalidInput


def options(*arguments: object) -> dict[str, Any]:
    parser = CommandParser(called_from_command_line=False)
    add_arguments(parser)
    return vars(parser.parse_args(list(map(str, arguments))))


def test_what_is_asked_and_how_the_file_is_read() -> None:
    given = [
        "x.csv",
        "--network",
        "net",
        "--prompt",
        "{{ row.a }}",
        "--map",
        "a=prompt",
        "--map",
        "b = c=system_param:d",
    ]
    made = manifest_of_options(options(*given, "--read", "header=3", "--read", "trim=1", "--read", "delimiter=tab"))
    assert made == {
        **manifest.HEAD,
        "network": "net",
        "prompt_template": "{{ row.a }}",
        "mapping": {"a": "prompt", "b = c": "system_param:d"},
        "reading": {"header": 3, "trim": True, "delimiter": "tab"},
    }
    manifest.check(made)


def test_fields_settings_and_limits() -> None:
    made = manifest_of_options(
        options("x", "--field", "a", "--field", "b:integer?", "--concurrency", 4, "--max-cost", "0.5", "--skip-empty")
    )
    assert [field["name"] for field in made["response_fields"]] == ["a", "b"]
    assert made.items() >= {"concurrency": 4, "max_cost": 0.5, "skip_empty": True}.items()
    manifest.check(made)


def test_options_change_what_a_manifest_says(tmp_path: Path) -> None:
    said = {
        **manifest.HEAD,
        "network": "a",
        "mapping": {"x": "prompt"},
        "response_fields": [{"name": "f"}],
        "repair": True,
    }
    (tmp_path / "m.json").write_text(json.dumps(said))
    (tmp_path / "schema.json").write_text('{"type": "object"}')
    with_manifest = ("--manifest", tmp_path / "m.json")
    assert manifest_of_options(options(*with_manifest)) == said
    changed = manifest_of_options(
        options(*with_manifest, "--network", "b", "--map", "y=prompt", "--schema", tmp_path / "schema.json")
    )
    assert changed == {
        **manifest.HEAD,
        "network": "b",
        "mapping": {"x": "prompt", "y": "prompt"},
        "json_schema": {"type": "object"},
        "repair": True,
    }


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--map", "a"], "a has no ="),
        (["--map", "a=promt"], "“promt” isn’t one of"),
        (["--read", "heder=1"], "“heder” isn’t an option"),
        (["--field", "a:text"], "“text” isn’t one of"),
        (["--manifest", "nowhere.json"], "Couldn’t read nowhere.json"),
        (["--prompt-file", "nowhere.txt"], "Couldn’t read nowhere.txt"),
    ],
)
def test_what_cannot_be_read(arguments: list[str], words: str) -> None:
    with pytest.raises(InvalidInput) as found:
        manifest_of_options(options("x", *arguments))
    assert words in found.value.detail


@pytest.mark.parametrize(
    "arguments",
    [
        ["--rows", "5-1"],
        ["--rows", "x"],
        ["--max-cost", "much"],
        ["--prompt", "a", "--prompt-file", "b"],
        ["--format", "x"],
    ],
)
def test_what_is_no_option(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        options("x", *arguments)


def test_the_format_is_that_of_the_ending() -> None:
    assert format_of_output(options("x", "--output", "a.XLSX")) == "xlsx"
    assert format_of_output(options("x", "--output", "a.xlsx", "--format", "csv")) == "csv"
    assert format_of_output(options("x", "--output", "-")) == "csv"


def test_the_command_that_continues_is_ready_to_be_copied() -> None:
    given = options("x", "--rows", "1-4", "--output", "my answers.csv", "--no-metadata")
    command = resume("ID", given).partition(": ")[2]  # type: ignore[arg-type]
    assert command == "manage.py run_csv --resume ID --rows 1-4 --output 'my answers.csv' --no-metadata"


def test_each_exit_code_has_a_meaning() -> None:
    assert all(code.meaning for code in ExitCode)
    assert {code.value for code in ExitCode} == {0, 1, 2, 3, 4, 130}
