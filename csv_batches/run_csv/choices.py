"""How the command ends."""

from enum import IntEnum


class ExitCode(IntEnum):
    SUCCEEDED = 0
    SOME_FAILED = 1
    WRONG_INPUT = 2
    PAUSED = 3
    ENDED = 4
    INTERRUPTED = 130

    @property
    def meaning(self) -> str:
        return _MEANINGS[self]


_MEANINGS = {
    ExitCode.SUCCEEDED: "all rows succeeded",
    ExitCode.SOME_FAILED: "all rows were called, some failed",
    ExitCode.WRONG_INPUT: "wrong options or input; nothing was called",
    ExitCode.PAUSED: "the batch is paused: by a limit, after failures in a row, or by a person",
    ExitCode.ENDED: "the batch was canceled or deleted, no worker could be started, or the output not be written",
    ExitCode.INTERRUPTED: "interrupted by Ctrl-C; the batch is paused",
}
