"""The modes that the database, the API and the pages of a CSV batch share."""

from experiments.core.choices import Choices


class MappingMode(Choices):
    """What is done with a column."""

    IGNORE = "ignore"
    PROMPT = "prompt"
    SYSTEM_PARAM = "system_param"


class SchemaMode(Choices):
    """At the start: write the batch's schema to the network, or check answers against the one that the network has."""

    UPDATE = "update"
    KEEP = "keep"
