"""What each role of a column means to everybody who treats roles differently: one row a role."""

from experiments.experiment_kind.choices import ColumnRole
from experiments.prompts.columns import ModeTraits

ROLE_TRAITS = {
    ColumnRole.METADATA: ModeTraits("Ignore", "Kept, not sent", is_sent=False),
    ColumnRole.MESSAGE: ModeTraits("Prompt", "In the prompt", "Include in ", in_prompt=True),
    ColumnRole.SYSTEM_PARAM: ModeTraits("Param", "System params", "Send as system ", has_key=True),
    ColumnRole.EXPECTED: ModeTraits("Expected", "Expected answer", "Use as ", is_sent=False),
    ColumnRole.LABEL: ModeTraits("Label", "Label", "Use as ", is_sent=False),
    ColumnRole.ITERATIONS: ModeTraits("Iterations", "How often it runs", is_sent=False),
    ColumnRole.SYSTEM_PARAMS: ModeTraits("System params", "System params as JSON"),
}
"""In the order of the buttons."""
CHOSEN: dict[ColumnRole, ModeTraits] = {
    role: traits
    for role, traits in ROLE_TRAITS.items()
    # How often an item runs and its params as JSON are read with the file.
    if role not in (ColumnRole.ITERATIONS, ColumnRole.SYSTEM_PARAMS)
}
"""Those that a person can give a column."""
