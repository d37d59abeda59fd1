"""How the slots of a network are shared between queues."""

import pytest

from experiments.worker.claim import fair_share


@pytest.mark.parametrize(
    ("limit", "wants", "share"),
    [
        (16, [], 16),
        (16, [100], 8),
        # One that wants a single slot leaves the rest.
        (16, [1], 15),
        (16, [1, 100], 8),
        (16, [2, 3, 100], 6),
        (16, [100, 100, 100], 4),
        # Fewer slots than queues: one each, in turn.
        (1, [1], 1),
        (2, [5, 5, 5], 1),
    ],
)
def test_each_has_an_even_share_and_what_others_do_not_want(limit: int, wants: list[int], share: int) -> None:
    assert fair_share(limit, wants) == share


def test_no_more_is_given_out_than_there_is() -> None:
    wants = [1, 3, 7, 100]
    shares = [min(want, fair_share(16, wants[:at] + wants[at + 1 :])) for at, want in enumerate(wants)]
    assert sum(shares) == 16
