"""How large a bench is: `--quick`, as it comes, `--large`."""

import os
from collections.abc import Collection
from dataclasses import dataclass, replace

MANY_CORES = 8
"""From so many on, wide cases with many processes are measured without being asked for."""


@dataclass(frozen=True)
class Size:
    """Seconds before a window begins and seconds of it; how much of each case."""

    warm_s: float
    window_s: float
    small_batches: int
    small_warm_s: float
    growth: tuple[int, ...]
    growth_rows: int
    file_rows: int
    xlsx_rows: int
    parquet_rows: int
    wide: tuple[int, ...] = ()
    """Processes, each with 64 calls of 200 ms in flight."""
    scale: tuple[int, ...] = ()
    """Processes, each with 64 calls of 0 ms in flight."""


QUICK = Size(
    warm_s=0.2,
    window_s=1.0,
    small_batches=20,
    small_warm_s=1.0,
    growth=(1_000,),
    growth_rows=200,
    file_rows=5_000,
    xlsx_rows=1_000,
    parquet_rows=2_000,
)
NORMAL = Size(
    warm_s=1.0,
    window_s=7.0,
    small_batches=300,
    small_warm_s=5.0,
    growth=(10_000, 100_000),
    growth_rows=2_000,
    file_rows=100_000,
    xlsx_rows=100_000,
    parquet_rows=1_000_000,
)
WIDE, SCALE = (4, 8, 16), (1, 2, 4, 8, 12)


def size_of(*, quick: bool, large: bool, only: Collection[str] = ()) -> Size:
    """What is asked for by name (`wide`, `scale`) is measured on any machine."""
    size = QUICK if quick else NORMAL
    many_cores = (os.cpu_count() or 1) >= MANY_CORES and not quick
    if large:
        size = replace(size, growth=(10_000, 100_000, 1_000_000), file_rows=1_000_000)
    if large or many_cores or "wide" in only:
        size = replace(size, wide=WIDE)
    if large or "scale" in only:
        size = replace(size, scale=SCALE)
    return size
