"""The changelog is by version, and the newest version is that of `pyproject.toml`."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()


def test_the_newest_version_is_the_project_s() -> None:
    versions = re.findall(r"^## (.+)$", CHANGELOG, re.M)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert next(version for version in versions if version != "Unreleased") == project["version"]
    assert versions[0] in ("Unreleased", project["version"])


def test_every_entry_says_what_kind_of_change_it_is() -> None:
    kinds = set(re.findall(r"^### (.+)$", CHANGELOG, re.M))
    assert kinds <= {"Added", "Changed", "Fixed", "Removed"}
    for version in CHANGELOG.split("\n## ")[1:]:
        before_any_kind = version.partition("\n### ")[0]
        assert "\n- " not in before_any_kind, version.partition("\n")[0]
