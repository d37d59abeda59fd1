"""Whatever a runtime sends is read in bounded time, and to the end: other calls of the process wait meanwhile."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.unit.run_client.hostile.texts import TEXTS

ROOT = Path(__file__).resolve().parents[4]
SAID = {
    "tags without an end": "Bad Gateway: <<<<",
    "tags without an end behind a page": "Bad Gateway: 502 <a <a <a",
    "ends of scripts": "Bad Gateway: </script",
    "ampersands": "Bad Gateway: &&&&",
    "a character of very many digits": "Bad Gateway: \ufffd",
    "very many keys under a long one": "kept",
    "very many keys under a long one, the last one bad": "a key of the payload.kkkk",
    "NULs": "contains a NUL character",
    "a number of very many digits": "is not a number that can be kept",
    "an endless nesting": "nested too deeply",
    "a key twice, very often": "has the key 'k' twice",
    "values of the wrong type under a long key": 'is "x", not a whole number; and more',
    "very many names are missing": "is missing; and more",
    "a time to wait among blanks": "None",
}


@pytest.fixture(scope="module")
def read() -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.unit.run_client.hostile.reader"]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300).stdout
    return {found["name"]: found for found in map(json.loads, lines.splitlines())}


@pytest.mark.parametrize("name", TEXTS)
def test_a_hostile_text_is_read_to_its_end(read: dict[str, Any], name: str) -> None:
    assert read[name]["ended"]
    assert not read[name]["said"].startswith("raised")
    assert SAID.get(name, "") in read[name]["said"]
