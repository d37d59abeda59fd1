"""The JSON Schema of an answer: which schemas are allowed, whether an answer satisfies one, and how to ask for it.

Schemas are JSON Schema 2020-12 (https://json-schema.org/draft/2020-12), with the keywords that the field builder
uses and close relatives. Nothing is fetched, patterns take linear time, and keywords that can be made slow are refused.
"""

from experiments.response_schema.answers import Misfit, Validate, misfits, validator
from experiments.response_schema.fieldwise import checks_fields_apart
from experiments.response_schema.instructions import guidance
from experiments.response_schema.rules import DIALECT, check_schema
from experiments.response_schema.samples import example
from experiments.response_schema.tolerance import Change, Tolerate, checked_as_meant, tolerance

__all__ = [
    "DIALECT",
    "Change",
    "Misfit",
    "Tolerate",
    "Validate",
    "check_schema",
    "checked_as_meant",
    "checks_fields_apart",
    "example",
    "guidance",
    "misfits",
    "tolerance",
    "validator",
]
