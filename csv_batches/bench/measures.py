"""All measures by name, in the order in which they are taken."""

from collections.abc import Callable, Iterator, Sequence

from csv_batches.bench import calls
from csv_batches.bench.calls import Say
from csv_batches.bench.file_formats import file_formats
from csv_batches.bench.file_growth import file_growth
from csv_batches.bench.files import files
from csv_batches.bench.growth import growth
from csv_batches.bench.pages import pages
from csv_batches.bench.results import Result
from csv_batches.bench.sizes import Size
from csv_batches.bench.small_batches import small_batches

MEASURES: dict[str, Callable[[Size, int, Say], Iterator[Result]]] = {
    "files": files,
    "file_formats": file_formats,
    "file_growth": file_growth,
    "one_20ms": calls.one_20ms,
    "one_0ms": calls.one_0ms,
    "flight_64": calls.flight_64,
    "wide": calls.wide,
    "scale": calls.scale,
    "small_batches": small_batches,
    "growth": growth,
    "pages": pages,
}
"""Each takes the size, how often, and where to say how far it is; it gives the lines of the table. `wide` is 256, 512
and 1,024 in flight, `scale` 64 in flight a process on 1 to 12: nothing where the size has none."""


def measure(names: Sequence[str], size: Size, repeat: int, say: Say) -> Iterator[Result]:
    """Those of `names`, all where it is empty."""
    for name, results in MEASURES.items():
        if not names or name in names:
            yield from results(size, repeat, say)
