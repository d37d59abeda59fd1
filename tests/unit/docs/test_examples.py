"""Examples of the documents that are not commands: JSON, Python, fields, templates."""

import json
import shlex

import pytest

from csv_batches.management.commands.run_csv import Command
from csv_batches.run_csv.arguments import manifest_of_options
from experiments.prompts import compile_template, uses_columns
from experiments.response_schema.field_checks import check_fields
from tests.unit.docs.pages import PAGES, Block, blocks_of, commands_of, words_in_code

OF_DJANGO = "docs/screens.md"
"""Its tags are those of the pages."""
PLACEHOLDERS = ("{{", "{%")
BLOCKS = [(page, block) for page in PAGES for block in blocks_of(page)]


def of(language: str) -> list[Block]:
    return [block for _, block in BLOCKS if block.language == language]


@pytest.mark.parametrize("block", of("json"), ids=lambda block: block.text[:40])
def test_json_can_be_read(block: Block) -> None:
    assert isinstance(json.loads(block.text), dict)


@pytest.mark.parametrize("block", of("python"), ids=lambda block: block.text[:40])
def test_python_can_be_compiled(block: Block) -> None:
    compile(block.text, "document", "exec")


def test_response_fields_are_ones_that_the_api_takes() -> None:
    given = [json.loads(block.text) for block in of("json")]
    found = [one["response_fields"] for one in given if "response_fields" in one]
    assert len(found) > 1
    assert all(map(check_fields, found))


@pytest.mark.parametrize("page", [page for page in PAGES if page != OF_DJANGO])
def test_templates_are_in_the_language_of_prompts(page: str) -> None:
    found = [one for one in words_in_code(page) if one.startswith(PLACEHOLDERS) and one.endswith("}")]
    for text in found:
        compile_template(text.replace("\\|", "|"))
    assert found or page != "docs/templates.md"


@pytest.mark.parametrize("command", [one for one in commands_of("docs/templates.md") if "run_csv" in one])
def test_a_recipe_is_read_as_the_command_reads_it(command: str) -> None:
    words = shlex.split(command.replace("\\\n", " "))
    assert words[:4] == ["uv", "run", "manage.py", "run_csv"]
    options = vars(Command().create_parser("manage.py", "run_csv").parse_args(words[4:]))
    manifest = manifest_of_options(options)
    assert "prompt" in manifest["mapping"].values()
    assert check_fields(manifest["response_fields"])
    assert uses_columns(compile_template(manifest["prompt_template"]))
