"""Clients that programs make of the description drive a whole batch: settings, file, start, rows, a run, exports.

uv run --group openapi pytest tests/openapi/test_generated_clients.py
"""

import csv
import io
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.support.site import Site
from tests.openapi.support import TYPESCRIPT, described, npm_packages, program_named, ran, token
from tests.support.worker import Worker

HERE = Path(__file__).parent
SENT = [["id", "text"], ["1", "row 1"], ["2", "row 2"], ["3", "row 3, with ü"]]
GENERATED = "build/generated"
GENERATORS = {
    "fetch": ["openapi-typescript", "{description}", "-o", f"{GENERATED}/fetch.d.ts"],
    "hey": ["openapi-ts", "-i", "{description}", "-o", f"{GENERATED}/hey"],
    "orval": ["orval", "--config", "orval.config.cjs"],
}


@pytest.fixture
def working(site: Site) -> Iterator[Site]:
    with Worker(**site.environment()):
        yield site


@pytest.fixture
def description(site: Site, tmp_path: Path) -> Path:
    path = tmp_path / "openapi.yaml"
    path.write_bytes(described(site))
    return path


def check(told: dict[str, Any]) -> None:
    """What every driver must have seen."""
    rows = list(csv.reader(io.StringIO(told.pop("csv"))))
    assert [row[:2] for row in rows] == SENT
    assert rows[0][2:] == ["topic", "score"]
    assert all(topic and score.isdecimal() for *_, topic, score in rows[1:])
    lines = [json.loads(line) for line in told.pop("jsonl").splitlines()]
    assert [line["row"]["text"] for line in lines] == [text for _, text in SENT[1:]]
    assert {line["run"]["status"] for line in lines} == {"succeeded"}
    assert told.pop("steps") >= 1
    assert told == {
        "rows": 3,
        "columns": ["id", "text"],
        "preview": "row 1",
        "status": "completed",
        "succeeded": 3,
        "first_page": 2,
        "next": True,
        "attempts": 1,
        "refused": ["unknown rows"],
    }


def test_one_in_python(working: Site, description: Path, tmp_path: Path) -> None:
    program = program_named("openapi-python-client")
    package = tmp_path / "workbench_client"
    said = ran(
        [program, "generate", "--path", str(description), "--output-path", str(package), "--meta", "none"], at=tmp_path
    )
    assert "WARNING" not in said
    environment = {"BASE_URL": working.url, "AUTHORIZATION": token("ann"), "PYTHONPATH": str(tmp_path)}
    check(json.loads(ran([sys.executable, str(HERE / "python_client" / "drive.py")], at=tmp_path, **environment)))


def test_three_in_typescript(working: Site, description: Path) -> None:
    """They are compiled strictly, together, which takes most of the time; then each drives a batch."""
    programs = npm_packages() / ".bin"
    shutil.rmtree(TYPESCRIPT / "build", ignore_errors=True)
    for command in GENERATORS.values():
        program, *options = (part.format(description=description) for part in command)
        ran([str(programs / program), *options], DESCRIPTION=str(description))
    ran([str(programs / "tsc")])
    for name in GENERATORS:
        driver = TYPESCRIPT / "build" / "js" / f"drive_{name}.js"
        check(json.loads(ran([program_named("node"), str(driver)], BASE_URL=working.url, AUTHORIZATION=token("ann"))))
