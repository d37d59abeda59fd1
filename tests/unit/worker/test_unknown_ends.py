"""After which replies the runtime may have finished the call all the same."""

from typing import Any

import pytest

from experiments.core.choices import RowError
from experiments.run_client import FailureReason, RunReply
from experiments.worker.remote_runs import has_unknown_end


def failed(**values: Any) -> RunReply:
    return RunReply(error_code=RowError.SERVER_ERROR, transient=True, **values)


@pytest.mark.parametrize(
    "reply",
    [
        failed(reason=FailureReason.DEADLINE),
        failed(reason=FailureReason.DROPPED),
        failed(reason=FailureReason.GARBLED, http_status=200),
        failed(http_status=502),
        failed(http_status=504),
    ],
)
def test_nobody_knows_where_no_whole_answer_came(reply: RunReply) -> None:
    assert has_unknown_end(reply)


@pytest.mark.parametrize(
    "reply",
    [
        failed(http_status=500),
        failed(reason=FailureReason.GARBLED, http_status=503),
        failed(reason=FailureReason.MODEL, http_status=502),
        failed(http_status=502, usage={"total_tokens": 15}),
        failed(http_status=502, trace_id="t1"),
    ],
)
def test_it_is_known_where_the_runtime_itself_says_that_it_failed(reply: RunReply) -> None:
    assert not has_unknown_end(reply)
