"""Every bomb, in a process with limits: refused or done in under a second of work and 50 MB of memory."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.prompts.bombs import SYNTAX, WIDE_WORK, WORK
from tests.unit.response_schema.bombs import schemas

ROOT = Path(__file__).resolve().parents[4]
CPU_S, EXTRA_MB = 1.0, 50.0
TEMPLATES = [f"template: {name}" for name in (*SYNTAX, *WORK, *WIDE_WORK)]
REFUSED = [*TEMPLATES, *(f"schema: {name}" for name in schemas.REFUSED)]
TAKEN = [f"taken schema: {name}" for name in schemas.TAKEN]


@pytest.fixture(scope="module")
def measured() -> dict[str, dict[str, Any]]:
    """By name, what each bomb did; they go off in a process of their own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.unit.response_schema.bombs.nursery"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {entry["name"]: entry for entry in map(json.loads, done.stdout.splitlines())}


def test_there_are_enough_of_them_and_each_went_off(measured: dict[str, dict[str, Any]]) -> None:
    assert len(TEMPLATES) >= 30
    assert len(schemas.REFUSED) + len(TAKEN) >= 30
    assert sorted(measured) == sorted([*REFUSED, *TAKEN])


@pytest.mark.parametrize("name", REFUSED)
def test_a_bomb_is_refused_within_bounds(measured: dict[str, dict[str, Any]], name: str) -> None:
    bomb = measured[name]
    assert bomb["outcome"] == "refused"
    assert bomb["cpu_s"] < CPU_S
    assert bomb["extra_mb"] < EXTRA_MB


@pytest.mark.parametrize("name", TAKEN)
def test_what_is_just_allowed_stays_within_bounds(measured: dict[str, dict[str, Any]], name: str) -> None:
    bomb = measured[name]
    assert bomb["outcome"] == "taken"
    assert bomb["cpu_s"] < CPU_S
    assert bomb["extra_mb"] < EXTRA_MB
