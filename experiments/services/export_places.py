"""How many exports at a time: of one user, and of all while they are being made. Counted in each web process.

Making one takes a web thread and a database connection, for seconds. Sending it takes room on the disk, for as long as
the client likes; so a user may have few on the way.
"""

from threading import Lock
from weakref import WeakSet

from django.conf import settings

from experiments.core.choices import ErrorCode
from experiments.core.errors import Busy, NoRoom, SiteBusy
from experiments.core.formatting import counted

AGAIN_S = 5
"""When a client should ask again."""
THREADS_EACH = 4
"""Of so many web threads one may make an export."""

_lock = Lock()
_on_the_way: WeakSet["Place"] = WeakSet()
"""Whatever becomes of an export, its place is free again when nobody has it any more."""


class Place:
    """The right to one export. `made` and `release` may be called by any thread, and again."""

    def __init__(self, user_id: int | None) -> None:
        self.user_id = user_id
        self.is_being_made = True

    def made(self) -> None:
        """It is only being sent from now on."""
        self.is_being_made = False

    def release(self) -> None:
        """It has arrived, or broken off."""
        with _lock:
            _on_the_way.discard(self)


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
        if sum(one.user_id == user_id for one in _on_the_way) >= most:
            raise Busy(
                f"You have {counted(most, 'export')} on the way. Wait until one has arrived, then try again.",
                code=ErrorCode.TOO_MANY_EXPORTS,
                retry_after_s=AGAIN_S,
            )
        if sum(one.is_being_made for one in _on_the_way) >= max(1, settings.WEB_THREADS // THREADS_EACH):
            raise SiteBusy(
                "This site is making as many exports as it can. Try again in a few seconds.",
                code=ErrorCode.TOO_MANY_EXPORTS,
                retry_after_s=AGAIN_S,
            )
        _on_the_way.add(place)
    return place
