"""The fixed values that the table, the API and the code of experiments share, as enums."""

from experiments.core.choices import Choices


class SchemaMode(Choices):
    """What answers are checked against: the schema that the network has at the start, the experiment's own, or none."""

    NETWORK = "network"
    OWN = "own"
    NONE = "none"


class ColumnRole(Choices):
    """What a column of a data set is for."""

    MESSAGE = "message"
    EXPECTED = "expected"
    ITERATIONS = "iterations"
    LABEL = "label"
    SYSTEM_PARAM = "system_param"
    SYSTEM_PARAMS = "system_params"
    METADATA = "metadata"


class DatasetWarning(Choices):
    """`code` of what is odd in a data set and no reason to reject it."""

    NEAR_MISS = "near_miss"
    NO_EXPECTED = "no_expected"
    NO_EXPECTED_COLUMN = "no_expected_column"
    UNREADABLE_ROW = "unreadable_row"


class Rule(Choices):
    """How an answer is compared with what was expected."""

    EXACT = "exact"
    NORMALISED = "normalised"
    CONTAINS = "contains"
    NUMERIC = "numeric"
    JSON = "json"
    SET = "set"
    DATE = "date"


class Verdict(Choices):
    """`no_answer`: the run failed, or its answer lacks the field; it is scored, and not right.

    `no_expectation`: nothing is expected, or with the numeric rule no number; not scored. `open`: it has not ended.
    """

    RIGHT = "right"
    WRONG = "wrong"
    NO_ANSWER = "no_answer"
    NO_EXPECTATION = "no_expectation"
    OPEN = "open"


class Change(Choices):
    """What became of an item from the first experiment to the second, in the order in which they are shown."""

    WORSE = "right_to_wrong"
    BETTER = "wrong_to_right"
    BOTH_WRONG = "both_wrong"
    BOTH_RIGHT = "both_right"
    UNCLEAR = "not_comparable"
