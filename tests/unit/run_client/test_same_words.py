"""Failures that say the same share a hash, whatever row they are about; others share none."""

import pytest

from experiments.run_client.same_words import same_words

TEXT = "Dear all, my printer is on fire since Tuesday; please send somebody."


def share(first: tuple[str, list[str]], second: tuple[str, list[str]]) -> bool:
    return bool(set(same_words(*first)) & set(same_words(*second)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("HTTP 400 Bad Request: Error code: 503 - overloaded", "HTTP 400 Bad Request: Error code: 503 - overloaded"),
        ("No answer within 12.5 s.", "No answer within 7 s."),
        ("Request req_01HX2 failed.", "Request req_99ZZ1 failed."),
        ("Run 0d3c3c9e-1111-4a4a-9b9b-000000000001 is gone", "Run 7f3c3c9e-2222-4a4a-9b9b-000000000009 is gone"),
        ("Expecting value: 'Sure! Here' at line 1", "Expecting value: 'Well, no' at line 3"),
        ('It sent "abc".', 'It sent "something else".'),
        ("It sent “abc”.", "It sent “x”."),
        ("It's   away.\n", "It's away."),
        ("Model away", "model AWAY"),
    ],
)
def test_numbers_ids_quotes_blanks_and_case_do_not_count(first: str, second: str) -> None:
    assert share((first, []), (second, []))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The model is overloaded.", "The model does not exist."),
        ("It can't be, and won't be.", "It can't stay, and won't be."),
        ("", "away"),
    ],
)
def test_other_words_do(first: str, second: str) -> None:
    assert not share((first, []), (second, []))


def test_the_text_of_the_row_does_not_count() -> None:
    assert share(("Ann is unknown here", ["x", "Ann"]), ("Bob is unknown here", ["x", "Bob"]))
    assert not share(("Ann is unknown here", ["x", "Ann"]), ("Bob was refused", ["x", "Bob"]))


def test_nor_where_only_its_beginning_is_quoted_and_blanks_are_folded() -> None:
    other = "Hello, nobody answers\n\n  my letters of last week."
    assert share((f"Cannot sort {TEXT[:40]}…", [TEXT]), ("Cannot sort Hello, nobody answers my letters…", [other]))


def test_a_cell_that_is_a_word_of_the_message_does_not_make_it_another_one() -> None:
    assert share(("The call failed", ["failed", "1"]), ("The call failed", ["done", "2"]))


def test_a_cell_inside_a_word_is_none() -> None:
    assert same_words("The cable is short", ["cab"]) == same_words("The cable is short", [])
