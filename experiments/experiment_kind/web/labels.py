"""What pages call verdicts, changes and modes, and how they print shares."""

from experiments.experiment_kind.choices import Change, SchemaMode, Verdict

VERDICTS = {
    Verdict.RIGHT: "right",
    Verdict.WRONG: "wrong",
    Verdict.NO_ANSWER: "no answer",
    Verdict.NO_EXPECTATION: "nothing expected",
    Verdict.OPEN: "open",
}
SEVERITY = {Verdict.RIGHT: "ok", Verdict.WRONG: "bad", Verdict.NO_ANSWER: "warn"}
CHANGES = {
    Change.WORSE: "right → wrong",
    Change.BETTER: "wrong → right",
    Change.BOTH_WRONG: "both wrong",
    Change.BOTH_RIGHT: "both right",
    Change.UNCLEAR: "not comparable",
}
CHANGE_LOOKS = {
    Change.WORSE: ("bad", "f"),
    Change.BETTER: ("ok", "ok"),
    Change.BOTH_WRONG: ("x", ""),
    Change.BOTH_RIGHT: ("eq", ""),
}
"""Symbol and class in the legend."""
CHANGE_SEVERITY = {Change.WORSE: "bad", Change.BETTER: "ok"}
SCHEMA_MODES = {
    SchemaMode.NETWORK: "The network's own schema, where it has one",
    SchemaMode.OWN: "Its own schema",
    SchemaMode.NONE: "None: any object is an answer",
}


def percent(share: float | None) -> str:
    """`72.5%`; "" for None. Only shares of exactly 1 and 0 read 100 and 0."""
    if share is None:
        return ""
    rounded = round(share * 100, 1)
    if share not in (0, 1):
        rounded = min(max(rounded, 0.1), 99.9)
    return f"{rounded:g}%"
