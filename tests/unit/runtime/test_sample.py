"""The sample data fits together, and is as untidy as real data."""

import csv
from collections import Counter

from csv_batches.rules.sample import BATCH, GOLD_COLUMN, GOLD_FIELD, NETWORK, SAMPLE_CSV


def rows() -> list[dict[str, str]]:
    with SAMPLE_CSV.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, strict=True))


def test_the_batch_names_the_columns_of_the_file_in_their_order() -> None:
    assert [column["name"] for column in BATCH["columns"]] == list(rows()[0])


def test_the_gold_labels_are_the_choices_of_their_field_half_and_half() -> None:
    (choices,) = [field["choices"] for field in BATCH["response_fields"] if field["name"] == GOLD_FIELD]
    assert Counter(row[GOLD_COLUMN] for row in rows()) == dict.fromkeys(choices, 24)


def test_the_gold_labels_are_not_shown_to_the_model() -> None:
    assert [column["mode"] for column in BATCH["columns"] if column["name"] == GOLD_COLUMN] == ["ignore"]


def test_the_batch_runs_on_the_sample_network_which_has_a_default_agent() -> None:
    assert BATCH["network"] == NETWORK["name"]
    assert [agent["is_default"] for agent in NETWORK["agents"]] == [True]


def test_the_cells_are_as_untidy_as_real_ones() -> None:
    text = "".join(cell for row in rows() for cell in row.values())
    assert all(mark in text for mark in (",", '"', "\n", "\r\n", "ü", "😊"))
    assert rows()[0]["Ticket"].startswith("000")


def test_every_address_is_one_that_nobody_has() -> None:
    assert all(row["From"].endswith("@example.com>") for row in rows())
