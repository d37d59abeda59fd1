"""What each mapping mode means to everybody who treats modes differently: one row a mode."""

from collections.abc import Mapping
from typing import Any

from csv_batches.rules.choices import MappingMode
from experiments.prompts.columns import ModeTraits

MAPPING_MODES = {
    MappingMode.IGNORE: ModeTraits("Ignore", "Ignored", is_sent=False),
    MappingMode.PROMPT: ModeTraits("Prompt", "In the prompt", "Include in ", in_prompt=True),
    MappingMode.SYSTEM_PARAM: ModeTraits("Param", "System params", "Send as system ", has_key=True),
}
"""In the order of the buttons."""


def mode_of_column(column: Mapping[str, Any]) -> ModeTraits:
    """`column` as columns are stored."""
    return MAPPING_MODES[MappingMode(column["mode"])]
