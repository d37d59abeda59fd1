"""An event of the outbox as a mail."""

from collections.abc import Mapping
from typing import Any

from experiments.core.choices import NoticeEvent
from experiments.core.formatting import counted, quoted
from experiments.core.labels import reason_in_words
from experiments.kinds import Nouns, kind_named

SUBJECT_CHARS = 120
WHERE_TO_CHANGE = "You get these mails because you chose to, under Notifications."


def mail_of(event: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text, from the body that a webhook gets."""
    name, data = event["type"].rpartition(".")[2], event["data"]
    if name == NoticeEvent.TEST:
        return "Test of your notifications", f"Mails arrive.\n\n{WHERE_TO_CHANGE}\n"
    nouns, progress = kind_named(data["kind"]).nouns, data["progress"]
    what = f"{nouns.one.capitalize()} {quoted(data['name'][:SUBJECT_CHARS])}"
    lines = [f"{what} {_happened(name, data, nouns)}.", "", _counts(progress, nouns), "", data["url"], ""]
    return f"{what} {_happened(name, data, nouns)}", "\n".join([*lines, WHERE_TO_CHANGE, ""])


def _happened(name: str, data: Mapping[str, Any], nouns: Nouns) -> str:
    failed, done = data["progress"]["failed"], data["progress"]["failed"] + data["progress"]["succeeded"]
    words = {
        NoticeEvent.COMPLETED: f"is completed with {counted(failed, 'failure')}" if failed else "is completed",
        NoticeEvent.PAUSED: f"is paused: {reason_in_words(data['reason'] or '')}",
        NoticeEvent.CANCELLED: "is canceled",
        NoticeEvent.FAILURE_SHARE: f"has failures: {100 * failed / max(done, 1):.1f}% of {nouns.counted(done)}",
    }
    return words[NoticeEvent(name)]


def _counts(progress: Mapping[str, int], nouns: Nouns) -> str:
    waiting = progress["queued"] + progress["running"]
    return (
        f"{nouns.counted(progress['total'])}: {progress['succeeded']:,} succeeded, {progress['failed']:,} failed, "
        f"{waiting:,} not finished, {progress['skipped']:,} skipped."
    )
