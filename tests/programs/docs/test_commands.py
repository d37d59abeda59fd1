"""The commands of the documents, page by page, as they are written, beside a demo that runs.

Those that need something else are in the table of `tests/unit/docs/commands.py`.
"""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from csv_batches.rules.sample import SAMPLE_CSV
from tests.programs.demo.conftest import FOREIGN, ROOT, demo_of_its_own, free_port
from tests.unit.docs.commands import row_of
from tests.unit.docs.pages import PAGES, SHELL, blocks_of, commands_in, commands_of

pytestmark = pytest.mark.skipif(shutil.which("jq") is None, reason="needs jq")

GUIDE = "docs/api.md"
FIRST = "docs/quickstart.md"
RUN = [page for page in PAGES if page != FIRST and any(row_of(command) is None for command in commands_of(page))]
WAIT_S = 600
MAILS = 2
UV = """#!/bin/sh
# `uv run manage.py …`, in the environment of the tests.
shift 2
exec {python} {manage} "$@"
"""


@dataclass(frozen=True)
class Place:
    """A folder with the files that the documents name, and the addresses of the demo and of a network."""

    folder: Path
    port: int
    network_port: int
    var: Path

    def here(self, text: str) -> str:
        """With the addresses of this run."""
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")
        return text.replace("127.0.0.1:9000", f"127.0.0.1:{self.network_port}")

    def run(self, script: str) -> str:
        kept = {name: value for name, value in os.environ.items() if name not in FOREIGN}
        ours = {"VAR_DIR": str(self.var), "SITE_URL": f"http://127.0.0.1:{self.port}", "DEMO": "1"}
        path = f"{self.folder / 'bin'}:{kept['PATH']}"
        stop = "set -euo pipefail\ntrap 'echo \"failed: $BASH_COMMAND\" >&2' ERR\n"
        done = subprocess.run(
            ["bash", "-c", stop + self.here(script)],
            cwd=self.folder,
            env={**kept, **ours, "PATH": path},
            capture_output=True,
            text=True,
            timeout=WAIT_S,
        )
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done.stdout


def script_of(page: str) -> str:
    """All blocks, without the commands that are in the table."""
    text = "\n".join(block.text for block in blocks_of(page) if block.language in SHELL)
    for command in commands_in(text):
        if row_of(command):
            text = text.replace(command, ":", 1)
    return text


@contextmanager
def network(place: Place) -> Iterator[None]:
    """The one that the documents show."""
    (program,) = [block.text for block in blocks_of("docs/networks.md") if "HTTPServer" in block.text]
    (place.folder / "network.py").write_text(program.replace("9000", str(place.network_port)))
    with (place.folder / "network.log").open("w") as log:
        process = subprocess.Popen([sys.executable, "network.py"], cwd=place.folder, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def fill(folder: Path) -> None:
    with SAMPLE_CSV.open(newline="") as file:
        rows = list(csv.DictReader(file))[:MAILS]
    with (folder / "mails.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    (folder / "mails.jsonl").write_text("".join(json.dumps({"text": row["Body"]}) + "\n" for row in rows))
    (folder / "prompt.txt").write_text("Classify this e-mail.\n\n{{ columns }}\n")
    schema = {"type": "object", "properties": {"tone": {"enum": ["positive", "negative"]}}, "required": ["tone"]}
    (folder / "answer.schema.json").write_text(json.dumps(schema))
    (folder / "bin").mkdir()
    uv = folder / "bin" / "uv"
    uv.write_text(UV.format(python=sys.executable, manage=ROOT / "manage.py"))
    uv.chmod(0o755)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with demo_of_its_own() as demo:
        demo.start()
        port, _ = demo.await_ready()
        place = Place(tmp_path_factory.mktemp("documents"), port, free_port(), demo.var)
        fill(place.folder)
        with network(place):
            yield place


@pytest.fixture(scope="module")
def signed_in(place: Place) -> str:
    """The first block of the guide, with a token that was made once."""
    block = next(block.text for block in blocks_of(GUIDE) if block.language in SHELL)
    token = place.run(f"{block}\necho $token").strip()
    return re.sub(r"^token=.*$", f"token={token}", block, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def batch(place: Place, signed_in: str) -> str:
    """The id of one that has ended: that of the first page."""
    place.run(script_of(FIRST))
    listed = place.run(f"{signed_in}\ncall $api/csv_batches | jq -r '.results[0].id'")
    return listed.strip()


@pytest.mark.parametrize("page", RUN)
def test_every_command_of_a_page_ends_well(page: str, place: Place, signed_in: str, batch: str) -> None:
    before = "" if page == GUIDE else signed_in
    script = re.sub(r"\bID\b", batch, script_of(page))
    place.run(f"{before}\n{script}")
