"""How many calls a network took of late."""

from experiments.worker.pace import MEASURED_S, Tally


def test_calls_of_the_last_minute_but_for_those_that_were_refused() -> None:
    tally = Tally()
    for at in (100.2, 100.7, 130.0):
        tally.begun(at)
    tally.not_taken(100.7)
    assert tally.at(131.0) == 2
    assert tally.at(100.0 + MEASURED_S + 1) == 1
    assert 30 <= tally.busy_s(130.5) <= 31


def test_it_forgets_what_is_older_and_knows_nothing_of_calls_that_it_never_saw() -> None:
    tally = Tally()
    tally.begun(10.0)
    tally.begun(10.0 + 10 * MEASURED_S)
    tally.not_taken(10.0)
    assert tally.at(10.0 + 10 * MEASURED_S) == 1
    assert Tally().busy_s(5.0) == 0
