"""Data sets with expected answers: which column of a table is for what, and what that makes of its rows. Pure.

One column, `user_message` or `run_input`, is the message, unless a person chose others. `expected` or `correct_answer`,
`label`, `iterations` and `system_params` may be there too; `system_params.customer.id` or `system_params__customer__id`
is one param of its own.
Every other column is kept as it is and comes back with the export.
"""

from experiments.experiment_kind.datasets.checking import MAX_ITERATIONS, CheckedDataset, check, iterations_of
from experiments.experiment_kind.datasets.columns import ROLE_OF_HEADER, DatasetColumn, recognise
from experiments.experiment_kind.datasets.layout import ITEM_NUMBER, ITERATION, BadParams, DatasetLayout, params_text
from experiments.experiment_kind.datasets.problems import Problem, ProblemLog
from experiments.experiment_kind.datasets.remap import changed_columns
from experiments.experiment_kind.datasets.roles import CHOSEN

__all__ = [
    "CHOSEN",
    "ITEM_NUMBER",
    "ITERATION",
    "MAX_ITERATIONS",
    "ROLE_OF_HEADER",
    "BadParams",
    "CheckedDataset",
    "DatasetColumn",
    "DatasetLayout",
    "Problem",
    "ProblemLog",
    "changed_columns",
    "check",
    "iterations_of",
    "params_text",
    "recognise",
]
