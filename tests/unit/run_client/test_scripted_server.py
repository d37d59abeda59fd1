"""The stand-in for a runtime keeps to its script and to its ledger."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.run_server import RunServer
from tests.unit.run_client.conftest import Post


def test_a_rule_plays_its_behaviours_in_order_and_then_the_default(server: RunServer, post: Post) -> None:
    server.script(rules=[{"match": "^b$", "attempts": ["reset", {"do": "status", "status": 503}]}])
    codes = [post(body={"user_message": message}).error_code for message in "abbb"]
    assert codes == [None, "connection", "server_error", None]
    assert [(call["user_message"], call["attempt"], call["status"]) for call in server.ledger()] == [
        ("a", 1, 200),
        ("b", 1, None),
        ("b", 2, 503),
        ("b", 3, 200),
    ]


def test_random_faults_are_the_same_each_time(server: RunServer, post: Post) -> None:
    rules = [{"match": "", "random": {"share": 0.5, "of": ["html200"]}}]

    def play() -> list[bool]:
        server.reset()
        server.script(rules=rules)
        return [post(body={"user_message": str(number)}).error_code is None for number in range(20)]

    first = play()
    assert set(first) == {True, False}
    assert play() == first


def test_the_ledger_tells_when_each_call_began_and_ended(server: RunServer, post: Post) -> None:
    post()
    (call,) = server.ledger(bodies=False)
    assert call["started"] <= call["ended"]
    assert "body" not in call
    assert server.stats() | {"connections": 0} == {
        "calls": 1,
        "done": 1,
        "in_flight": 0,
        "max_in_flight": 1,
        "held": 0,
        "left": 0,
        "connections": 0,
    }


def test_waiting_for_what_does_not_come_ends_with_an_error(server: RunServer) -> None:
    with pytest.raises(TimeoutError, match="held"):
        server.wait(held=1, timeout_s=0.1)


def test_some_of_the_held_calls_are_let_go_and_the_others_stay(server: RunServer, post: Post) -> None:
    server.hold("")
    with ThreadPoolExecutor() as pool:
        first, second = (pool.submit(post, body={"user_message": message}) for message in "ab")
        server.wait(held=2)
        server.release(only="^a$")
        assert first.result(10).error_code is None
        assert server.stats()["held"] == 1
        third = pool.submit(post, body={"user_message": "a"})
        server.wait(held=2)
        server.release()
        assert [call.result(10).error_code for call in (second, third)] == [None, None]
