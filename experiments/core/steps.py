"""The steps in which a draft is set up, as data: which there are, and what the stepper says of each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from experiments.core.choices import StepProgress


@dataclass(frozen=True, slots=True)
class Step:
    """`key` is its part of the address; `attrs` are the fields whose errors are fixed in this step."""

    key: str
    title: str
    hint: str
    attrs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepState:
    """`summary` is what is missing, or what there is; may be empty. `address`: "" where it can't be opened."""

    number: int
    step: Step
    state: StepProgress
    summary: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Steps:
    """All steps of a kind, in order. An error of a field that no step names is fixed in `last`."""

    all: tuple[Step, ...]
    last: Step

    def states(
        self,
        current: Step,
        missing: Iterable[tuple[str | None, str]],
        done: Sequence[str],
        addresses: Sequence[str],
    ) -> list[StepState]:
        """The stepper. `missing` are (attr, sentence) pairs, `done` a summary of each step, "" where it is still open.

        A step after the current one says nothing before all steps between them are done: nobody was there yet.
        """
        missing_by_step: dict[str, str] = {}
        for attr, sentence in missing:
            missing_by_step.setdefault(self.of(attr).key, sentence)
        found: list[StepState] = []
        is_visited = True
        for number, (step, summary, address) in enumerate(zip(self.all, done, addresses, strict=True), start=1):
            is_missing = step.key in missing_by_step
            is_visited = is_visited and (
                step is current or current in self.all[number:] or bool(summary and not is_missing)
            )
            if step is current:
                state = StepProgress.CURRENT
            elif not is_visited:
                state = StepProgress.LATER
            elif is_missing:
                state = StepProgress.MISSING
            else:
                state = StepProgress.DONE if summary else StepProgress.LATER
            found.append(StepState(number, step, state, missing_by_step.get(step.key) or summary, address))
        return found

    def of(self, attr: str | None) -> Step:
        """The step in which an error of this field is fixed."""
        name = (attr or "").partition(".")[0]
        return next((step for step in self.all if name in step.attrs), self.last)

    def neighbour(self, step: Step, offset: int) -> Step | None:
        at = self.all.index(step) + offset
        return self.all[at] if 0 <= at < len(self.all) else None
