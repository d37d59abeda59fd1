"""Where the site's files are: in a checkout beside `manage.py`, in an installed package inside of `config`."""

from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
IS_CHECKOUT = (BASE_DIR / "manage.py").exists()
FILES = BASE_DIR if IS_CHECKOUT else Path(__file__).resolve().parent / "files"
"""Templates and static files."""
PROGRAM = "manage.py" if IS_CHECKOUT else "workbench"
"""As people type it."""
COMMAND = ("manage.py",) if IS_CHECKOUT else ("-m", "config")
"""As Python gets it from `BASE_DIR`."""


def var_dir(data_home: str) -> Path:
    """Where the site keeps its data unless it is told: an installed package is no place for that.

    `data_home`: $XDG_DATA_HOME, https://specifications.freedesktop.org/basedir-spec/latest/.
    """
    if IS_CHECKOUT:
        return BASE_DIR / "var"
    home = Path(data_home)
    return (home if home.is_absolute() else Path.home() / ".local/share") / "csv-batch-workbench"
