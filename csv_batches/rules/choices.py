"""The modes that the database, the API and the pages of a CSV batch share."""

from experiments.core.choices import Choices


class MappingMode(Choices):
    """What is done with a column."""

    IGNORE = "ignore"
    PROMPT = "prompt"
    SYSTEM_PARAM = "system_param"


class SchemaMode(Choices):
    """At the start: write the batch's schema to the network too, check answers against the one that the network has, or
    use the batch's own and leave the network alone.
    """

    UPDATE = "update"
    KEEP = "keep"
    BATCH = "batch"


class RowsToRun(Choices):
    """Which rows run after a change of a batch that was started: none, those that wait, failed ones too, or all."""

    NONE = "none"
    REMAINING = "remaining"
    FAILED = "failed"
    ALL = "all"


class TrialRows(Choices):
    """Which rows are tried in the panel beside the steps."""

    THIS = "this"
    NEXT = "next"
    RANDOM = "random"


class UploadState(Choices):
    """Of a file on its way into a draft; the last is only said of one whose rows are stored."""

    PARSING = "parsing"
    FAILED = "failed"
    DONE = "done"
