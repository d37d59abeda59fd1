"""How values of a type are shown: beside their name, and in the cells of a grid."""

from dataclasses import dataclass

from experiments.core.choices import FieldType


@dataclass(frozen=True)
class Look:
    """How the values of a type are shown: `sign` beside the name, `cell` is the class of a cell."""

    sign: str
    word: str
    cell: str
    width: int
    icon: str = ""


CHOICE = Look("", "One of a set", "t-choice", 112, "choice")
LOOKS = {
    FieldType.STRING: Look("Aa", "Text", "t-text", 200),
    FieldType.NUMBER: Look("1.5", "Number", "t-num num", 98),
    FieldType.INTEGER: Look("12", "Integer", "t-num num", 98),
    FieldType.BOOLEAN: Look("", "Boolean", "t-choice", 104, "toggle"),
    FieldType.DATE: Look("", "Date", "t-date", 112, "cal"),
    FieldType.DATE_TIME: Look("", "Date and time", "t-date", 172, "cal"),
    FieldType.LIST: Look("", "List", "t-list", 146, "list"),
    FieldType.OBJECT: Look("", "Object", "t-obj", 140, "braces"),
}
ANY = Look("", "JSON", "t-obj", 240, "braces")
