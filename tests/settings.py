"""The site's settings, with a kind of queue that only the tests install, and quick passwords."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "tests.third_kind"]
PASSWORD_HASHERS = ["tests.support.passwords.QuickHasher"]
