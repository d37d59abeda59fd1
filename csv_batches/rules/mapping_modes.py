"""What each mapping mode means to everybody who treats modes differently: one row a mode."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from csv_batches.rules.choices import MappingMode


@dataclass(frozen=True, slots=True)
class ModeTraits:
    """`label` is the mode's button, `lead` what a screen reader says before it, `heading` its line in the review.

    `is_sent`: the cells reach the network, whether the template names the column or not. `in_prompt`: as a line of the
    message. `has_key`: as a system param, under the column's key.
    """

    label: str
    heading: str
    lead: str = ""
    is_sent: bool = True
    in_prompt: bool = False
    has_key: bool = False

    @property
    def act(self) -> str:
        """On a button that sets several columns."""
        return f"{self.lead}{self.label.lower()}" if self.lead else self.label


MAPPING_MODES = {
    MappingMode.IGNORE: ModeTraits("Ignore", "Ignored", is_sent=False),
    MappingMode.PROMPT: ModeTraits("Prompt", "In the prompt", "Include in ", in_prompt=True),
    MappingMode.SYSTEM_PARAM: ModeTraits("Param", "System params", "Send as system ", has_key=True),
}
"""In the order of the buttons."""


def mode_of_column(column: Mapping[str, Any]) -> ModeTraits:
    """`column` as columns are stored."""
    return MAPPING_MODES[MappingMode(column["mode"])]
