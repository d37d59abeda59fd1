"""How many exports at a time: of one user, and of all while they are being made. Counted in each web process.

Making one takes a web thread and a database connection, for seconds. Sending it takes room on the disk, for as long as
the client likes; so a user may have few on the way.
"""

from collections import Counter
from threading import Lock

from django.conf import settings

from experiments.core.choices import ErrorCode
from experiments.core.errors import Busy, NoRoom, SiteBusy
from experiments.core.formatting import counted

AGAIN_S = 5
"""When a client should ask again."""
THREADS_EACH = 4
"""Of so many web threads one may make an export."""

_lock = Lock()
_of_user: Counter[int | None] = Counter()
_being_made: set["Place"] = set()


class Place:
    """The right to one export. `made` and `release` may be called by any thread, and again."""

    def __init__(self, user_id: int | None) -> None:
        self._user_id = user_id
        self._is_taken = True

    def made(self) -> None:
        """It is only being sent from now on."""
        with _lock:
            _being_made.discard(self)

    def release(self) -> None:
        """It has arrived, or broken off."""
        with _lock:
            _being_made.discard(self)
            if self._is_taken:
                self._is_taken = False
                _of_user[self._user_id] -= 1
                if not _of_user[self._user_id]:
                    del _of_user[self._user_id]


def take(user_id: int | None) -> Place:
    """`Busy` where there is none, `NoRoom` where the disk has no room for what the client does not take at once."""
    if settings.DISK_SPACE.is_short:
        raise NoRoom(
            "The disk of this site is nearly full, and an export needs room there until it has arrived. Ask an admin "
            "to make room, then try again.",
            code=ErrorCode.NO_SPACE,
        )
    most, place = settings.EXPORTS_MAX, Place(user_id)
    with _lock:
        if _of_user[user_id] >= most:
            raise Busy(
                f"You have {counted(most, 'export')} on the way. Wait until one has arrived, then try again.",
                code=ErrorCode.TOO_MANY_EXPORTS,
                retry_after_s=AGAIN_S,
            )
        if len(_being_made) >= max(1, settings.WEB_THREADS // THREADS_EACH):
            raise SiteBusy(
                "This site is making as many exports as it can. Try again in a few seconds.",
                code=ErrorCode.TOO_MANY_EXPORTS,
                retry_after_s=AGAIN_S,
            )
        _of_user[user_id] += 1
        _being_made.add(place)
    return place
