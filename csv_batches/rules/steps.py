"""The steps of the wizard, in order, as data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """`key` is its place in the address; `attrs` are the fields whose errors are mended here."""

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
    """`state` is missing, else current, done or open; `words` says the same to a reader, with what there is."""

    number: int
    step: Step
    state: str
    words: str


def states(current: Step, missing: Iterable[tuple[str | None, str]], done_words: Sequence[str]) -> list[StepState]:
    """The stepper. `missing` are (attr, sentence) pairs, `done_words` what to say of each step that is complete."""
    by_step: dict[str, str] = {}
    for attr, sentence in missing:
        step = step_of(attr)
        by_step.setdefault(step.key, sentence)
    found = []
    for number, step in enumerate(STEPS, start=1):
        words = by_step.get(step.key) or done_words[number - 1]
        state = "current" if step is current else "done" if words else "open"
        found.append(StepState(number, step, "missing" if step.key in by_step else state, words))
    return found


def step_of(attr: str | None) -> Step:
    """Where an error of this field is mended."""
    name = (attr or "").partition(".")[0]
    return next((step for step in STEPS if name in step.attrs), REVIEW)


def neighbour(step: Step, offset: int) -> Step | None:
    at = STEPS.index(step) + offset
    return STEPS[at] if 0 <= at < len(STEPS) else None
