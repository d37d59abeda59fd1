"""How an uploaded file is to be read: fields of a form, beside the file or alone. An empty one counts as not given.

Their shape is checked here, what the values mean in `experiments.ingest`.
"""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.fields import empty

from experiments.ingest import ReadOptions

MOST_LINES = 2**31 - 1
MOST_HEADER_ROWS = 20
LONGEST = 255
SWITCH = {"1": True, "true": True, "0": False, "false": False}


class OptionField(serializers.CharField):
    """A text as it was sent: a delimiter may be a blank."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, allow_blank=True, trim_whitespace=False, max_length=LONGEST, **options)


class LineField(serializers.IntegerField):
    """A number."""

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(empty if data in ("", None) else data)


class WordField(serializers.ChoiceField):
    """One of some words."""

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(empty if data == "" else data)


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": MOST_LINES})
class HeaderField(LineField):
    """The line at which the header begins; 0: there is none. Also `false` for 0, and `true` for what is found."""

    WORDS: Mapping[str, int | None] = {"true": None, "false": 0}
    """None: as if it was not given."""

    def run_validation(self, data: Any = empty) -> Any:
        return super().run_validation(self.WORDS.get(data, data) if isinstance(data, str) else data)


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": 1})
class SwitchField(WordField):
    """1 or 0; `true` and `false` say the same."""

    def __init__(self, **options: Any) -> None:
        super().__init__(list(SWITCH), required=False, **options)

    def to_internal_value(self, data: Any) -> Any:
        # As Python writes them: who takes an offer sends its values back.
        found = super().to_internal_value(data.lower() if isinstance(data, str) else data)
        return SWITCH.get(found)


class ReadOptionsSerializer(serializers.Serializer[Any]):
    encoding = OptionField(help_text="Such as utf-8 or cp1252. Omitted: detected where it is certain.")
    delimiter = OptionField(help_text="One character, `tab`, or `none`: one column. Omitted: detected.")
    quote = OptionField(help_text="The sign around cells: one character, or `none`: quotes are text.")
    escape = OptionField(help_text="How a quote is written inside quotes: `double`, or the character before it.")
    header = HeaderField(
        required=False,
        min_value=0,
        max_value=MOST_LINES,
        help_text="The line at which the header begins, counted from 1 with every line of the file; lines above it are "
        "left out. 0: no header. Omitted: the first line that is not blank; where that is not certainly the header, a "
        "400 with offers.",
    )
    header_rows = LineField(
        required=False,
        min_value=1,
        max_value=MOST_HEADER_ROWS,
        help_text="Records of the header (1). The parts of each column are joined by a blank.",
    )
    comment = OptionField(help_text="Lines that begin with this sign are left out. Omitted: none.")
    trim = SwitchField(help_text="1: blanks after the delimiter and around quotes don't count.")
    row_names = SwitchField(help_text="1: the first column has no name in the header.")
    ragged = WordField(
        ["reject", "pad", "skip"],
        required=False,
        help_text="What to do with rows that don't fit: reject the file, pad short rows with empty cells, or skip "
        "unreadable rows, which `…/rejects` lists.",
    )
    bad_bytes = WordField(
        ["reject", "replace"],
        required=False,
        help_text="Bytes that the encoding doesn't have: reject the file, or replace them.",
    )
    sheet = OptionField(help_text="Of a workbook: the name of a sheet. Omitted: the only one that has cells.")
    range = OptionField(help_text="Of a sheet: the cells to read, such as `B3:F200`. Omitted: all.")

    @staticmethod
    def read_options(values: dict[str, Any]) -> ReadOptions:
        """Of checked values. `InvalidInput` names the option that cannot be."""
        names = ReadOptionsSerializer().get_fields()
        return ReadOptions(**{name: values[name] for name in names if values.get(name) not in (None, "")})


class OptionsInForceSerializer(serializers.Serializer[Any]):
    """What a file was read with: what was given, and what was found. Only the options that its format has."""

    encoding = serializers.CharField(required=False)
    delimiter = serializers.CharField(required=False)
    quote = serializers.CharField(required=False)
    escape = serializers.CharField(required=False)
    header = serializers.IntegerField(required=False)
    header_rows = serializers.IntegerField(required=False)
    comment = serializers.CharField(required=False)
    trim = serializers.BooleanField(required=False)
    row_names = serializers.BooleanField(required=False)
    ragged = serializers.CharField(required=False)
    bad_bytes = serializers.CharField(required=False)
    sheet = serializers.CharField(required=False)
    range = serializers.CharField(required=False)


class OfferSerializer(serializers.Serializer[Any]):
    """Options that read the file; they were tried."""

    options = OptionsInForceSerializer()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `label` is a name that serializers use themselves.
        return {**super().get_fields(), "label": serializers.CharField()}
