"""The JSON Schema that an answer must satisfy: what may stand in it, whether an answer does, and how to ask for one.

Schemas are JSON Schema 2020-12 (https://json-schema.org/draft/2020-12), of the keywords that the field builder makes
and their close relatives. Nothing is fetched, and no keyword is taken that can be made slow (patterns, references).
"""

from experiments.response_schema.answers import Validate, validator
from experiments.response_schema.instructions import example, guidance
from experiments.response_schema.rules import DIALECT, check_schema

__all__ = ["DIALECT", "Validate", "check_schema", "example", "guidance", "validator"]
