"""Two linters of OpenAPI find nothing to mend in the description."""

import json
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from tests.openapi.support import ENVIRONMENT, TYPESCRIPT, npm_packages

pytestmark = pytest.mark.django_db


@pytest.fixture
def description(tmp_path: Path) -> Path:
    path = tmp_path / "openapi.json"
    path.write_bytes(Client().get("/api/schema?format=json").content)
    return path


@pytest.mark.parametrize(
    "command",
    [
        ["redocly", "lint", "--config", "redocly.yaml", "--format", "json"],
        ["spectral", "lint", "--ruleset", "spectral.yaml", "--fail-severity", "hint", "--format", "json", "--quiet"],
    ],
    ids=["redocly", "spectral"],
)
def test_a_linter(command: list[str], description: Path) -> None:
    program, *options = command
    line = [str(npm_packages() / ".bin" / program), *options, str(description)]
    done = subprocess.run(line, cwd=TYPESCRIPT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-2000:]}"
    found = json.loads(done.stdout)
    assert found == [] or found["totals"] == {"errors": 0, "warnings": 0, "ignored": 0}


def test_a_linter_finds_what_is_wrong(description: Path) -> None:
    wrong = json.loads(description.read_text())
    wrong["paths"]["/api/networks"]["get"]["responses"] = 7
    description.write_text(json.dumps(wrong))
    line = [str(npm_packages() / ".bin" / "redocly"), "lint", "--config", "redocly.yaml", str(description)]
    done = subprocess.run(line, cwd=TYPESCRIPT, env=ENVIRONMENT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1
