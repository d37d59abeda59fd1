from collections.abc import Callable
from pathlib import Path

import pytest

from experiments.experiment_kind.datasets import CheckedDataset, check
from experiments.ingest import ReadOptions, open_table

Check = Callable[..., CheckedDataset]


@pytest.fixture
def checked(tmp_path: Path) -> Check:
    """Reads a whole data set; `name` tells CSV from JSON Lines."""

    def read(content: str, *, name: str = "x.csv", most_runs: int = 1000) -> CheckedDataset:
        path = tmp_path / "stored"
        path.write_text(content, newline="")
        return check(open_table(path, filename=name, options=ReadOptions(keys="all")), most_runs=most_runs)

    return read
