"""`SITE_URL`: with a path below its host, or without."""

import pytest

from config.environment import Environment, UnreadableEnvironment


def site_url(value: str) -> str:
    environment = Environment({"SITE_URL": value})
    found = environment.site_url("SITE_URL", "http://127.0.0.1:8000")
    environment.verify()
    return found


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("", "http://127.0.0.1:8000"),
        ("https://a.example/", "https://a.example"),
        ("https://a.example/workbench/", "https://a.example/workbench"),
        ("http://a.example:81/tools/work-bench_2.0", "http://a.example:81/tools/work-bench_2.0"),
    ],
)
def test_an_address_is_kept_without_the_slash_at_its_end(value: str, kept: str) -> None:
    assert site_url(value) == kept


@pytest.mark.parametrize(
    "path", ["/work bench", "/a%20b", "/a//b", "/a?b=1", "/a#b", "/../a", "/a/..", "/a/./b", "/ä", "/a;b"]
)
def test_a_path_that_could_be_written_in_two_ways_is_refused(path: str) -> None:
    with pytest.raises(UnreadableEnvironment, match="SITE_URL can’t be"):
        site_url(f"https://a.example{path}")
