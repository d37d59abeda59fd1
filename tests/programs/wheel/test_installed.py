"""The package, installed into an empty environment outside of the tree, is the whole site with a command."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest
import requests

from tests.programs.demo.conftest import FOREIGN, ROOT, free_port, until

pytestmark = pytest.mark.skipif(shutil.which("uv") is None, reason="needs uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(["uv", "build", "-q", "--wheel", "-o", folder], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def programs(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the environment's commands."""
    place = tmp_path_factory.mktemp("installed") / "venv"
    subprocess.run(["uv", "venv", "-q", "--python", sys.executable, place], check=True)
    python = place / "bin" / "python"
    subprocess.run(["uv", "pip", "install", "-q", "--python", python, wheel], check=True)
    return place / "bin"


def environment(data: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in (*FOREIGN, "VAR_DIR", "PYTHONPATH")}
    return {**kept, "XDG_DATA_HOME": str(data), "WORKERS": "1"}


@contextmanager
def demo(programs: Path, data: Path, port: int) -> Iterator[None]:
    """Runs until the block ends."""
    argv = [programs / "workbench", "demo", "--no-sample", "--port", str(port)]
    with (data / "output").open("w") as output:
        process = subprocess.Popen(
            argv, cwd=data, env=environment(data), stdout=output, stderr=output, start_new_session=True
        )

    def is_up() -> bool:
        said = (data / "output").read_text()
        assert process.poll() is None, said
        return "ready http" in said

    try:
        until(is_up, "the demo")
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def test_the_demo_answers_and_keeps_its_data_at_home(programs: Path, tmp_path: Path) -> None:
    port = free_port()
    with demo(programs, tmp_path, port):
        page = requests.get(f"http://127.0.0.1:{port}/login/", timeout=60)
        assert page.status_code == 200
        sheet = page.text.partition('rel="stylesheet" href="')[2].partition('"')[0]
        assert requests.get(f"http://127.0.0.1:{port}{sheet}", timeout=60).status_code == 200
    assert (tmp_path / "csv-batch-workbench" / "postgres").is_dir()
    (package,) = (programs.parent / "lib").glob("python*/site-packages")
    assert not (package / "var").exists()


def test_every_template_and_static_file_is_in_the_wheel(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    tracked = subprocess.run(["git", "ls-files", "templates", "static"], cwd=ROOT, check=True, capture_output=True)
    there = {f"config/files/{name}" for name in tracked.stdout.decode().splitlines() if (ROOT / name).exists()}
    assert len(there) > 100
    assert there <= packed
    assert not {name for name in packed if name.startswith(("tests/", "var/", "deploy/"))}


@pytest.mark.parametrize(
    ("words", "said"), [(["worker", "--help"], "usage: workbench qcluster"), (["run_csv", "--help"], "--manifest")]
)
def test_its_other_commands_are_there(programs: Path, tmp_path: Path, words: list[str], said: str) -> None:
    done = subprocess.run(
        [programs / "workbench", *words], cwd=tmp_path, env=environment(tmp_path), capture_output=True, check=True
    )
    assert said in done.stdout.decode()
