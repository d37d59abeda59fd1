"""Which response fields are taken."""

from typing import Any

import pytest

from experiments.core.errors import InvalidInput
from experiments.response_schema.field_checks import check_fields
from experiments.response_schema.fields import Field, field_to_json


def test_fields_are_taken_in_their_order() -> None:
    given = [
        {
            "name": "tone",
            "description": "The mood.",
            "type": "string",
            "required": True,
            "nullable": False,
            "choices": ["good", "bad"],
        },
        {"name": "amount", "description": "", "type": "number", "required": False, "nullable": True},
    ]
    fields = check_fields(given)
    assert fields == (Field("tone", "The mood.", "string", True, ("good", "bad")), Field("amount", "", "number", False))
    assert [field_to_json(field) for field in fields] == given


def test_what_is_left_out_is_a_required_text() -> None:
    assert check_fields([{"name": "tone"}]) == (Field("tone", "", "string", True, ()),)


@pytest.mark.parametrize("choices", [[], None])
def test_no_choices_are_no_choices_for_any_type(choices: Any) -> None:
    assert check_fields([{"name": "n", "type": "integer", "choices": choices}])[0].choices == ()


@pytest.mark.parametrize(
    "name", ["a", "_", "Order no", "a.b-c_d", "größe", "Größe", "主题", "मात्रा", "کتاب\u200cها", "Ⅷ", "a" * 64]
)
def test_a_name_begins_with_a_letter(name: str) -> None:
    assert check_fields([{"name": name}])[0].name == name


@pytest.mark.parametrize("name", ["", "1a", " a", "-a", "a\n", "a/b", "a" * 65, None, 5, "\u0301a", "½\n", "\ud800"])
def test_another_name_is_refused(name: Any) -> None:
    with pytest.raises(InvalidInput, match=r"response_fields\[0\].*name") as refusal:
        check_fields([{"name": name}])
    assert refusal.value.attr == "response_fields"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (
            {"name": "b", "type": "text"},
            "“text”, not one of string, number, .*, object",
        ),
        ({"name": "b", "type": None}, "type"),
        ({"name": "b", "required": "yes"}, "required"),
        ({"name": "b", "required": None}, "required"),
        ({"name": "b", "description": 5}, "description"),
        ({"name": "b", "description": "x\0"}, "description"),
        ({"name": "b", "type": "integer", "choices": ["1"]}, "only a string"),
        ({"name": "b", "choices": "abc"}, "list"),
        ({"name": "b", "choices": [""]}, "each choice"),
        ({"name": "b", "choices": [1]}, "each choice"),
        ({"name": "b", "choices": ["\ud800"]}, "each choice"),
        ({"name": "b", "choices": ["x", "x"]}, "twice"),
        ({"name": "b", "chioces": ["x"]}, "“chioces”"),
        ({"name": "a"}, "another field"),
    ],
)
def test_a_refusal_names_position_and_field(entry: dict[str, Any], reason: str) -> None:
    with pytest.raises(InvalidInput, match=rf"response_fields\[1\] \(“{entry['name']}”\): .*{reason}") as refusal:
        check_fields([{"name": "a"}, entry])
    error = refusal.value
    assert (error.attr, error.part and (error.part.index, error.part.name)) == ("response_fields", (1, entry["name"]))
    assert error.detail.lower().endswith(f"): {error.reason}".lower())


@pytest.mark.parametrize("given", [None, {}, "a", ["a"], [{"name": f"f{n}"} for n in range(501)]])
def test_what_is_no_list_of_fields_is_refused(given: Any) -> None:
    with pytest.raises(InvalidInput):
        check_fields(given)


def test_too_much_text_is_refused() -> None:
    with pytest.raises(InvalidInput, match="characters"):
        check_fields([{"name": f"f{n}", "description": "x" * 4000} for n in range(30)])
