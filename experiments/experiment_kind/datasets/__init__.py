"""Data sets with expected answers: which column of a table is for what, and what that makes of its rows.

One column, `user_message` or `run_input`, is the message. `expected` or `correct_answer`, `label`, `iterations` and
`system_params` may be there too; `system_params.customer.id` or `system_params__customer__id` is one param of its own.
Every other column is kept as it is and comes back with the export.
"""

from experiments.experiment_kind.datasets.checking import MOST_ITERATIONS, Checked, check, iterations_of
from experiments.experiment_kind.datasets.columns import (
    EXPECTED,
    ITERATIONS,
    LABEL,
    MESSAGE,
    METADATA,
    NAMES,
    SYSTEM_PARAM,
    SYSTEM_PARAMS,
    DatasetColumn,
    recognise,
)
from experiments.experiment_kind.datasets.items import BadParams, Item, Layout, params_text
from experiments.experiment_kind.datasets.problems import Problem, ProblemLog

__all__ = [
    "EXPECTED",
    "ITERATIONS",
    "LABEL",
    "MESSAGE",
    "METADATA",
    "MOST_ITERATIONS",
    "NAMES",
    "SYSTEM_PARAM",
    "SYSTEM_PARAMS",
    "BadParams",
    "Checked",
    "DatasetColumn",
    "Item",
    "Layout",
    "Problem",
    "ProblemLog",
    "check",
    "iterations_of",
    "params_text",
    "recognise",
]
