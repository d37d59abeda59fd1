"""Names in the documents are names in the program: files, variables, commands and their options, addresses."""

import re
import shlex
from functools import cache
from uuid import UUID

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from tests.unit.docs.pages import PAGES, ROOT, commands_of, words_in_code

SOURCES = ("config", "experiments", "csv_batches", "deploy", "tests", ".ci")
OF_OTHERS = {"REQUESTS_CA_BUNDLE", "OTEL_EXPORTER_OTLP_ENDPOINT", "NO_PROXY", "HTTPS_PROXY"}
"""Read by libraries."""
EXAMPLE = str(UUID(int=1))
ADDRESS = re.compile(r"(?:(?:GET|POST|PATCH|DELETE|/)+ )?(/(?:api|health|admin|runs?|metrics|tokens)[^\s?…]*)\S*")


@cache
def source() -> str:
    files = (path for folder in SOURCES for path in (ROOT / folder).rglob("*") if path.suffix != ".pyc")
    text = "\n".join(path.read_text(errors="ignore") for path in files if path.is_file())
    return text + (ROOT / "justfile").read_text()


@cache
def names() -> set[str]:
    return set(re.findall(r"[A-Z][A-Z0-9_]+", source()))


@pytest.mark.parametrize("page", PAGES)
def test_variables_are_read_by_something(page: str) -> None:
    text = "\n".join([*words_in_code(page), *commands_of(page)])
    named = set(re.findall(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b", text))
    assert sorted(named - names() - OF_OTHERS) == []


@pytest.mark.parametrize("page", PAGES)
def test_files_are_there(page: str) -> None:
    form = re.compile(r"(?:config|csv_batches|deploy|docs|experiments|static|templates|tests)/[\w./-]+")
    named = {word.partition("::")[0] for word in words_in_code(page) if form.fullmatch(word.partition("::")[0])}
    missing = [one for one in named if not (ROOT / one).exists() and not (ROOT / f"{one}.py").exists()]
    # Recipes name files that are to be made.
    assert sorted(missing) == [] or page == "CONTRIBUTING.md"


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_their_options_exist(page: str) -> None:
    wrong = []
    for text in [*words_in_code(page), *commands_of(page)]:
        for name, rest in re.findall(r"(?<![\w-])(?:manage\.py|workbench) ([a-z_]+)\b([^|;&]*)", text):
            known = {"worker": "qcluster"}.get(name, name)
            if known == "help":
                continue
            if known not in get_commands():
                wrong.append(name)
                continue
            for option in set(re.findall(r"(?<=\s)(--[a-z-]+)", " " + _without_quotes(rest))):
                if option not in options(known):
                    wrong.append(f"{name} {option}")
    assert wrong == []


def _without_quotes(text: str) -> str:
    return re.sub(r"\"[^\"]*\"|'[^']*'", "", text)


@cache
def options(name: str) -> set[str]:
    command = load_command_class(get_commands()[name], name)  # type: ignore[arg-type]
    return set(command.create_parser("manage.py", name)._option_string_actions)


@pytest.mark.parametrize("page", PAGES)
def test_addresses_are_answered(page: str) -> None:
    wrong = []
    for word in words_in_code(page):
        found = ADDRESS.fullmatch(word)
        if not found:
            continue
        address = re.sub(r"\{id\}|\bID\b", EXAMPLE, found[1])
        address = re.sub(r"\{[a-z_]+\}", "1", address)
        try:
            match = resolve(address)
        except Resolver404:
            wrong.append(word)
            continue
        if "UnknownAddress" in match._func_path:
            wrong.append(word)
    assert wrong == []


def test_a_name_that_is_not_there_is_found() -> None:
    assert "NO_SUCH_" + "VARIABLE" not in names()
    assert "--no-such-option" not in options("run_csv")
    assert shlex.split("--network x")[0] in options("run_csv")
