"""Ends with 0 where this machine's web server answers at `/health/live`, asked as a proxy would ask it."""

import os
import sys
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

ADDRESS = "http://127.0.0.1:8000"


def is_live(address: str, site_url: str) -> bool:
    site = urlsplit(site_url)
    # The site knows itself by the name that it has outside.
    headers = {"Host": site.netloc, "X-Forwarded-Proto": site.scheme}
    request = Request(f"{address}{site.path.rstrip('/')}/health/live", headers=headers)  # noqa: S310
    try:
        with urlopen(request, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


if __name__ == "__main__":
    address = sys.argv[1] if len(sys.argv) > 1 else ADDRESS
    sys.exit(0 if is_live(address, os.environ.get("SITE_URL") or ADDRESS) else 1)
