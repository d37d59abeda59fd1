"""Verdicts, roles and shares in words for people."""

from experiments.experiment_kind import datasets
from experiments.experiment_kind.scoring import Change, Rule, Verdict

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
CHANGE_SEVERITY = {Change.WORSE: "bad", Change.BETTER: "ok"}
RULES = {
    Rule.EXACT: "Exact text",
    Rule.NORMALISED: "Normalised text",
    Rule.CONTAINS: "Contains",
    Rule.NUMERIC: "Number, with tolerance",
    Rule.JSON: "JSON values",
}
ROLES = {
    datasets.MESSAGE: "message",
    datasets.EXPECTED: "expected answer",
    datasets.ITERATIONS: "iterations",
    datasets.LABEL: "label",
    datasets.SYSTEM_PARAM: "system param",
    datasets.SYSTEM_PARAMS: "system params",
    datasets.METADATA: "kept, not sent",
}


def percent(share: float | None) -> str:
    """`72.5 %`; "" where there is none. Only what is exactly all or nothing reads 100 or 0."""
    if share is None:
        return ""
    rounded = round(share * 100, 1)
    if share not in (0, 1):
        rounded = min(max(rounded, 0.1), 99.9)
    return f"{rounded:g} %"
