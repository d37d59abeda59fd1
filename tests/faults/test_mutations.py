"""The mutation check: takes out one guard after the other, in a copy of the tree, and sees the fault tests turn red.

A fault test that stays green without the guard that it is there for would prove nothing.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.worker import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.mutation]
COPIED = ("config", "csv_batches", "experiments", "static", "templates", "tests", "manage.py", "pyproject.toml")


@dataclass(frozen=True)
class Mutation:
    """In `file`, each of `changes` is done wherever its first text stands; at least once."""

    file: str
    changes: tuple[tuple[str, str], ...]
    reddens: tuple[str, ...]


MUTATIONS = {
    "the fence": Mutation(
        "experiments/worker/round.py",
        (
            (
                "DELETE FROM experiments_claim c USING given g WHERE c.item_id = g.id AND c.lease_id = g.lease_id\n"
                "    RETURNING c.item_id",
                "SELECT g.id AS item_id FROM given g",
            ),
            # Else the counters give it away, and the database refuses them.
            ("o.status = 'running' AS was_running", "TRUE AS was_running"),
        ),
        ("test_f08_worker_stopped_and_continued.py",),
    ),
    "the claim count": Mutation(
        "experiments/worker/leases.py",
        (
            ("i.lost + 1 >= greatest(q.max_attempts, {SUSPECT_FROM + 1})", "FALSE"),
            ("SET lost = i.lost + 1,", "SET lost = 0,"),
        ),
        ("test_f17_rows_that_kill.py",),
    ),
    "the sweeper": Mutation(
        "experiments/worker/sweeper.py",
        (
            ("        if not locked:\n            return\n", "        return\n"),
            ("if lookout.somebody_is_needed():", "if False:"),
        ),
        (
            "test_f15_web_process_dies_at_the_launch.py::test_a_batch_that_was_started_without_its_tasks_runs_within_a_sweep_and_once",
            "test_f18_tasks_lost.py::test_the_sweeper_sends_deleted_tasks_again",
            "test_f18_tasks_lost.py::test_tasks_that_the_new_key_does_not_read_are_sent_again",
        ),
    ),
}
FAULTS = [(name, fault) for name, mutation in MUTATIONS.items() for fault in mutation.reddens]


@pytest.fixture
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree as it is, in a place of its own: with its own database server, too."""
    folder = tmp_path_factory.mktemp("mutated")
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    return folder


def outcome(tree: Path, fault: str) -> int:
    """How pytest ended there: 0 passed, 1 failed."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", f"tests/faults/{fault}"]
    ended = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    print(ended.stdout[-3000:])
    return ended.returncode


@pytest.mark.parametrize(("guard", "fault"), FAULTS)
def test_without_its_guard_a_fault_test_turns_red(copy: Path, guard: str, fault: str) -> None:
    mutation = MUTATIONS[guard]
    file = copy / mutation.file
    text = file.read_text()
    for old, new in mutation.changes:
        assert old in text, f"{guard} looks different by now; say anew how to take it out"
        text = text.replace(old, new)
    file.write_text(text)
    assert outcome(copy, fault) == 1


@pytest.mark.parametrize("fault", dict.fromkeys(fault for _, fault in FAULTS))
def test_with_it_the_same_test_is_green_there(copy: Path, fault: str) -> None:
    assert outcome(copy, fault) == 0
