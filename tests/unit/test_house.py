"""The three rules of the house: nothing new at a root, one order of packages, one place for a fact."""

import importlib
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from tests.support.literals import literals, members_of

ROOT = Path(__file__).resolve().parents[2]

# -- 1. nothing new at a root

ROOTS = {
    "experiments": {
        *("__init__", "apps", "admin", "checks", "tasks", "management", "migrations", "templatetags"),
        *("core", "models", "ingest", "prompts", "export", "response_schema", "run_client", "runtime", "http"),
        *("kinds", "selectors", "services", "worker", "api", "web", "experiment_kind"),
    },
    "csv_batches": {
        *("__init__", "apps", "tasks", "management", "migrations"),
        *("models", "kind", "rules", "selectors", "services", "api", "web", "wizard", "demo", "bench", "run_csv"),
    },
    "config": {
        *("__init__", "__main__", "place", "settings", "urls", "wsgi", "gunicorn"),
        *("database", "embedded_postgres", "environment"),
    },
}


@pytest.mark.parametrize("package", ROOTS)
def test_nothing_new_lies_at_a_root(package: str) -> None:
    there = {path.stem for path in (ROOT / package).iterdir() if path.name != "__pycache__"}
    new, gone = sorted(there - ROOTS[package]), sorted(ROOTS[package] - there)
    assert not new, (
        f"{package}/ has {', '.join(new)} at its root. Put a module into the package that it belongs to. A new package "
        "is named in ROOTS (tests/unit/test_house.py) and gets its place in the order (pyproject.toml, import-linter)."
    )
    assert not gone, f"{package}/ has no {', '.join(gone)} any more. Take it out of ROOTS (tests/unit/test_house.py)."


# -- 2. one order of packages


def contracts() -> list[dict[str, Any]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    found: list[dict[str, Any]] = project["tool"]["importlinter"]["contracts"]
    return found


def test_packages_have_one_order() -> None:
    for contract in contracts():
        between = [layer for layer in contract.get("layers", []) if ":" in layer]
        assert not between, f"“{contract['name']}”: neighbors in {between} may import each other. Divide them by a |."
        assert "ignore_imports" not in contract, f"“{contract['name']}” overlooks imports. Move what is imported."


@pytest.mark.parametrize(
    ("containers", "some_layers"),
    [
        ([], ["config", "csv_batches", "experiments"]),
        (["experiments"], ["web", "api", "worker", "services", "selectors", "models", "core"]),
        (["csv_batches"], ["services", "selectors", "models", "rules"]),
    ],
)
def test_the_order_is_checked(containers: list[str], some_layers: list[str]) -> None:
    (layers,) = [
        contract["layers"]
        for contract in contracts()
        if contract["type"] == "layers" and contract.get("containers", []) == containers
    ]
    assert [layer for layer in layers if layer in some_layers] == some_layers


def test_the_core_imports_no_kind() -> None:
    kinds = ["csv_batches", "experiments.experiment_kind"]
    (sources,) = [
        set(contract["source_modules"])
        for contract in contracts()
        if contract["type"] == "forbidden" and contract["forbidden_modules"] == kinds
    ]
    rooms = {f"experiments.{room}" for room in ROOTS["experiments"]}
    above = {"experiments.__init__", "experiments.apps", "experiments.migrations", "experiments.experiment_kind"}
    assert sources == rooms - above


# -- 3. one place for a fact

EXEMPT: dict[str, str] = {
    "experiments/response_schema/answers.py": "the keywords of JSON Schema",
    "experiments/runtime/dialects.py": "the types of JSON Schema, as the OpenAI API takes them",
    "experiments/web/network/forms.py": "`schema` is a field of the form",
    "experiments/web/run/trace.py": "what other runtimes write into a trace",
    "csv_batches/wizard/review/forms.py": "`range` is which rows a start takes",
}
"""Files whose words only look like ours, with the reason."""


GUESTS = ("csv_batches/", "experiments/experiment_kind/")


def packages_with_choices() -> Iterator[tuple[str, list[type[StrEnum]]]]:
    """Where enums hold, and the enums: a guest's in its own package, the host's everywhere."""
    for file in sorted(path.relative_to(ROOT) for package in ROOTS for path in (ROOT / package).rglob("choices.py")):
        module = importlib.import_module(".".join(file.with_suffix("").parts))
        package = next((guest for guest in GUESTS if file.as_posix().startswith(guest)), "")
        yield package, [value for value in vars(module).values() if is_enum_of(module.__name__, value)]


def is_enum_of(module: str, value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, StrEnum) and value.__module__ == module


def production_code() -> list[str]:
    files = (path.relative_to(ROOT).as_posix() for package in ROOTS for path in (ROOT / package).rglob("*.py"))
    return sorted(file for file in files if "/migrations/" not in file and not file.endswith("/choices.py"))


def spelled(files: list[str]) -> list[str]:
    """`FILE:LINE: "word" is Enum.MEMBER` for each member of an enum that is spelled in one of the files."""
    found = []
    for package, enums in packages_with_choices():
        members = members_of(enums)
        for file in files:
            if file.startswith(package):
                found += [f"{file}:{literal}" for literal in literals((ROOT / file).read_text(), members)]
    return found


def test_no_member_of_an_enum_is_spelled_elsewhere() -> None:
    found = spelled([file for file in production_code() if file not in EXEMPT])
    if found:
        pytest.fail("Use the member of the enum:\n" + "\n".join(found), pytrace=False)


@pytest.mark.parametrize("file", EXEMPT)
def test_every_exemption_is_needed(file: str) -> None:
    assert spelled([file]), f"Take {file} out of EXEMPT: nothing in it is spelled like a member of an enum."
