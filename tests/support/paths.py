"""Where tests and the workers that they start keep files and find keys: the same for all of them."""

import atexit
import shutil
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

PLACE = Path(tempfile.mkdtemp(prefix="workbench-"))
MEDIA = PLACE / "media"
FIELD_KEY = Fernet.generate_key().decode()

atexit.register(shutil.rmtree, PLACE, ignore_errors=True)
