"""Every variable that the settings read is in the tables of the configuration page."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OF_THE_DEMO = {"DEMO"}
"""Set by `manage.py demo` for the programs that it starts."""


def test_the_page_lists_every_variable() -> None:
    code = "".join(path.read_text() for path in (ROOT / "config").glob("*.py"))
    read = set(re.findall(r'environment\.\w+\(\s*"([A-Z_]+)"', code)) - OF_THE_DEMO
    rows = [line for line in (ROOT / "docs" / "configuration.md").read_text().splitlines() if line.startswith("| `")]
    listed = set(re.findall(r"`([A-Z_]+)`", " ".join(row.split("|")[1] for row in rows)))
    assert len(read) > 20
    assert read - listed == set()


def test_nothing_else_in_config_reads_the_environment() -> None:
    found = [path.name for path in (ROOT / "config").rglob("*.py") if "os.environ." in path.read_text()]
    assert sorted(found) == ["__main__.py", "wsgi.py"], "those say where the settings are"
