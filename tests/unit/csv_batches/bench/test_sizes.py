"""What many processes need is measured on a machine of many cores, or where it is asked for."""

import pytest

from csv_batches.bench import sizes
from csv_batches.bench.sizes import size_of


@pytest.mark.parametrize(("cores", "is_wide"), [(2, False), (7, False), (8, True), (None, False)])
def test_many_cores_are_measured_by_themselves(
    monkeypatch: pytest.MonkeyPatch, cores: int | None, is_wide: bool
) -> None:
    monkeypatch.setattr(sizes.os, "cpu_count", lambda: cores)
    assert bool(size_of(quick=False, large=False).wide) is is_wide
    assert not size_of(quick=False, large=False).scale
    assert not size_of(quick=True, large=False).wide


def test_large_has_everything_on_any_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sizes.os, "cpu_count", lambda: 2)
    large = size_of(quick=False, large=True)
    assert (large.wide, large.scale) == (sizes.WIDE, sizes.SCALE)
    assert large.growth[-1] == large.file_rows == 1_000_000


def test_a_name_is_enough() -> None:
    assert size_of(quick=True, large=False, only=["wide"]).wide == sizes.WIDE
    assert size_of(quick=True, large=False, only=["scale"]).scale == sizes.SCALE
