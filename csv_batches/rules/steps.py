"""The steps of the wizard, in order, as data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from csv_batches.rules.choices import StepProgress


@dataclass(frozen=True, slots=True)
class Step:
    """`key` is its part of the address; `attrs` are the fields whose errors are fixed in this step."""

    key: str
    title: str
    hint: str
    attrs: tuple[str, ...] = ()


UPLOAD = Step("upload", "Upload", "Choose the file whose rows will be sent.", ("rows", "file"))
MAP = Step("map", "Map inputs", "Say what each column is for.", ("columns",))
PROMPT = Step("prompt", "Define prompt", "Write the message that each row becomes.", ("prompt_template",))
SCHEMA = Step("schema", "Response schema", "Say what an answer consists of.", ("response_fields",))
REVIEW = Step(
    "review", "Review", "Choose the network, try some rows, and start.", ("network", "agent_key", "schema_mode")
)
RUN = Step("run", "Run", "Starts the batch and opens its queue.")

STEPS = (UPLOAD, MAP, PROMPT, SCHEMA, REVIEW, RUN)


@dataclass(frozen=True, slots=True)
class StepState:
    """`summary` is what is missing, or what there is; may be empty."""

    number: int
    step: Step
    state: StepProgress
    summary: str


def states(current: Step, missing: Iterable[tuple[str | None, str]], done: Sequence[str]) -> list[StepState]:
    """The stepper. `missing` are (attr, sentence) pairs, `done` a summary of each step, "" where it is still open.

    A step after the current one says nothing before all steps between them are done: nobody was there yet.
    """
    missing_by_step: dict[str, str] = {}
    for attr, sentence in missing:
        missing_by_step.setdefault(step_of(attr).key, sentence)
    found: list[StepState] = []
    is_visited = True
    for number, (step, done_summary) in enumerate(zip(STEPS, done, strict=True), start=1):
        is_missing = step.key in missing_by_step
        is_visited = is_visited and (
            step is current or current in STEPS[number:] or bool(done_summary and not is_missing)
        )
        if step is current:
            state = StepProgress.CURRENT
        elif not is_visited:
            state = StepProgress.OPEN
        elif is_missing:
            state = StepProgress.MISSING
        else:
            state = StepProgress.DONE if done_summary else StepProgress.OPEN
        found.append(StepState(number, step, state, missing_by_step.get(step.key) or done_summary))
    return found


def step_of(attr: str | None) -> Step:
    """The step in which an error of this field is fixed."""
    name = (attr or "").partition(".")[0]
    return next((step for step in STEPS if name in step.attrs), REVIEW)


def neighbour(step: Step, offset: int) -> Step | None:
    at = STEPS.index(step) + offset
    return STEPS[at] if 0 <= at < len(STEPS) else None
