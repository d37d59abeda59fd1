"""A command line that means nothing is refused with a sentence."""

import pytest
from django.core.management import CommandError, call_command


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--only", "one_20ms,nothing"], "nothing isn’t a measure. Choose from files, file_formats, "),
        (["--repeat", "0"], "0 isn’t a whole number of 1 or more."),
        (["--json", "/nowhere/bench.json"], "Can’t write /nowhere/bench.json: No such file or directory."),
        (["--quick", "--large"], "Choose --quick or --large."),
    ],
)
def test_the_command_says_what_it_takes(arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("bench", *arguments)
