"""jsonschema and referencing: `experiments/response_schema` puts errors into words of its own and fetches nothing."""

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

LEANS = "experiments/response_schema/answers.py leans on it"


def test_an_error_says_which_keyword_failed_where_and_by_what() -> None:
    schema = {"properties": {"a": {"maxLength": 2}}}
    (error,) = Draft202012Validator(schema, registry=Registry()).iter_errors({"a": "long"})
    said = (error.validator, error.validator_value, list(error.path), error.instance, error.schema)
    assert said == ("maxLength", 2, ["a"], "long", {"maxLength": 2}), LEANS


def test_a_missing_key_is_named_first_in_the_sentence() -> None:
    (error,) = Draft202012Validator({"required": ["a b"]}, registry=Registry()).iter_errors({})
    assert error.message.startswith("'a b' is a required"), LEANS


def test_an_alternative_says_why_each_did_not_fit() -> None:
    schema = {"anyOf": [{"type": "string"}, {"type": "null"}]}
    (error,) = Draft202012Validator(schema, registry=Registry()).iter_errors(1)
    assert isinstance(error, ValidationError)
    assert [cause.validator for cause in error.context] == ["type", "type"], LEANS


def test_an_empty_registry_fetches_nothing() -> None:
    validator = Draft202012Validator({"$ref": "http://127.0.0.1:9/schema"}, registry=Registry())
    with pytest.raises(Unresolvable):
        validator.is_valid({})
