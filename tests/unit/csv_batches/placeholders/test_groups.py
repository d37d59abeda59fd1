"""Placeholders in groups, and how one is found."""

from csv_batches.rules.placeholders import groups, param_placeholders

COLUMNS = [
    {"name": "subject", "header": "subject", "mode": "prompt", "key": "subject"},
    {"name": 'a"b', "header": 'a"b', "mode": "system_param", "key": "mail.the body"},
]


def test_each_group_is_there_with_its_placeholders() -> None:
    found = {group.title: [placeholder.text for placeholder in group.placeholders] for group in groups(COLUMNS, "", 40)}
    assert found == {
        "Columns of the row": ["row.subject", 'row["a\\"b"]'],
        "System params": ['system_params.mail["the body"]'],
        "All included columns, as lines": ["columns"],
    }


def test_only_columns_that_are_sent_as_such_are_system_params() -> None:
    assert [placeholder.name for placeholder in param_placeholders(COLUMNS)] == ["mail.the body"]


def test_a_placeholder_is_found_by_the_name_as_it_stands_in_the_file() -> None:
    (group,) = groups(COLUMNS, 'A"B', 40)
    assert [placeholder.name for placeholder in group.placeholders] == ['a"b']


def test_a_group_without_a_match_is_left_out() -> None:
    assert groups(COLUMNS, "nix", 40) == []


def test_more_than_wanted_are_counted() -> None:
    group = groups(COLUMNS, "", 1)[0]
    assert (len(group.placeholders), group.total, group.left_out) == (1, 2, 1)
