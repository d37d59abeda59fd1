"""The table of modes: whole, and its rows told apart wherever they are shown."""

from collections.abc import Callable

import pytest

from csv_batches.rules.choices import MappingMode
from csv_batches.rules.mapping_modes import MAPPING_MODES, mode_of_column


def test_every_mode_has_a_row() -> None:
    assert list(MAPPING_MODES) == list(MappingMode)


@pytest.mark.parametrize(
    "shown",
    [
        lambda mode: MAPPING_MODES[mode].label.lower(),
        lambda mode: MAPPING_MODES[mode].heading,
    ],
    ids=["label", "heading"],
)
def test_no_two_modes_look_alike(shown: Callable[[MappingMode], str]) -> None:
    assert len({shown(mode) for mode in MappingMode}) == len(MappingMode)


def test_only_an_ignored_column_is_not_sent() -> None:
    assert [mode for mode in MappingMode if not mode_of_column({"mode": mode.value}).is_sent] == [MappingMode.IGNORE]


def test_what_is_in_the_prompt_or_has_a_key_is_sent() -> None:
    assert all(traits.is_sent for traits in MAPPING_MODES.values() if traits.in_prompt or traits.has_key)
