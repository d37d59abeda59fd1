"""Signatures as Standard Webhooks has them, and the waits between attempts."""

import base64

import pytest

from experiments.core import webhooks
from experiments.core.webhooks import new_secret, secret_problem, signature, wait_s

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
A_DAY_S = 24 * 3600


def test_a_signature_is_that_of_the_published_example() -> None:
    signed = signature(
        SECRET, message_id="msg_p5jXN8AQM9LWM0D4loKWxJek", moment=1614265330, body=b'{"test": 2432232314}'
    )
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("change", [{"message_id": "msg_2"}, {"moment": 2}, {"body": b"{ }"}])
def test_each_signed_part_counts(change: dict[str, object]) -> None:
    signed: dict[str, object] = {"message_id": "msg_1", "moment": 1, "body": b"{}"}
    assert signature(SECRET, **signed) != signature(SECRET, **(signed | change))  # type: ignore[arg-type]


def test_a_new_secret_is_one_and_no_other() -> None:
    assert secret_problem(new_secret()) == ""
    assert new_secret() != new_secret()


@pytest.mark.parametrize("size", [24, 64])
def test_a_secret_has_so_many_bytes(size: int) -> None:
    assert secret_problem("whsec_" + base64.b64encode(bytes(size)).decode()) == ""


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        SECRET.removeprefix("whsec_"),
        SECRET + "!",
        "whsec_ä" + "a" * 40,
        "whsec_" + base64.b64encode(bytes(23)).decode(),
        "whsec_" + base64.b64encode(bytes(65)).decode(),
    ],
)
def test_what_is_no_secret_is_refused(secret: str) -> None:
    assert "base64" in secret_problem(secret)


def test_waits_double_up_to_six_hours() -> None:
    waits = [wait_s(attempts, jitter=0) for attempts in range(1, 16)]
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-2:] == [6 * 3600, 6 * 3600]
    assert wait_s(10_000, jitter=0) == 6 * 3600


def test_jitter_spreads_by_a_quarter() -> None:
    assert wait_s(1, jitter=1) == 6.25


def test_a_receiver_may_ask_for_a_longer_wait_and_for_no_shorter_one() -> None:
    assert wait_s(1, jitter=0, told_s=90) == 90
    assert wait_s(5, jitter=0, told_s=1) == 80
    assert wait_s(1, jitter=0, told_s=90 * A_DAY_S) == 6 * 3600


def test_some_twenty_attempts_are_made_before_it_is_given_up() -> None:
    total, attempts = 0.0, 1
    while total + wait_s(attempts, jitter=0) < webhooks.GIVE_UP_S:
        total += wait_s(attempts, jitter=0)
        attempts += 1
    assert 20 <= attempts <= 25
