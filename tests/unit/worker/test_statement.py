"""The names in a statement become the places that the server counts."""

from experiments.worker.statements import Statement


def test_each_name_gets_a_place_in_the_order_in_which_it_comes() -> None:
    statement = Statement("SELECT %(b)s, %(a)s::int")
    assert (statement._sql, statement._names) == (b"SELECT $1, $2::int", ["b", "a"])


def test_a_name_that_comes_again_keeps_its_place() -> None:
    statement = Statement("%(a)s %(b)s %(a)s %(c)s %(b)s")
    assert (statement._sql, statement._names) == (b"$1 $2 $1 $3 $2", ["a", "b", "c"])


def test_one_that_begins_like_another_is_another() -> None:
    statement = Statement("%(a)s %(a_b)s %(ab)s")
    assert (statement._sql, statement._names) == (b"$1 $2 $3", ["a", "a_b", "ab"])


def test_what_is_no_name_is_left_alone() -> None:
    text = "SELECT 'a%' LIKE '%s' AND 5 % 2 = 1 -- 100 %(x)d"
    statement = Statement(text)
    assert (statement._sql, statement._names) == (text.encode(), [])
