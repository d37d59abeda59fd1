import io
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from experiments.ingest import Limits, ReadOptions, RejectedFile, Table, open_table

settings.register_profile("long", max_examples=20_000)
Ingest = Callable[..., tuple[Table, list[list[str]]]]
Refusal = Callable[..., RejectedFile]


def place(refused: RejectedFile) -> dict[str, Any]:
    """Where it was refused, and why there; without what is offered."""
    return {name: value for name, value in refused.extra.items() if name != "offers"}


@pytest.fixture
def ingest(tmp_path: Path) -> Ingest:
    """Write the content to a file and read all of it: the table and its rows."""

    def read(
        content: str | bytes, *, filename: str = "data.csv", limits: Limits | None = None, **options: Any
    ) -> tuple[Table, list[list[str]]]:
        path = tmp_path / "stored"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        table = open_table(path, filename=filename, options=ReadOptions(**options), limits=limits or Limits())
        return table, list(table.rows())

    return read


@pytest.fixture
def refusal(ingest: Ingest) -> Refusal:
    """The refusal that reading the content ends with."""

    def read(content: str | bytes, **how: Any) -> RejectedFile:
        with pytest.raises(RejectedFile) as refused:
            ingest(content, **how)
        assert refused.value.attr == "file"
        assert refused.value.detail.endswith((".", "?"))
        return refused.value

    return read


def zipped(*contents: bytes, names: Sequence[str] = ("data.csv", "other.csv")) -> bytes:
    """A ZIP archive of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in zip(names, contents, strict=False):
            archive.writestr(name, content)
    return stream.getvalue()
