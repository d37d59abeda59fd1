"""What the web server logs: its own lines, and with `LOG_LEVEL` INFO or below one for each request.

Of an address there is the path alone: behind the question mark may be what somebody searches for.
"""

import logging
import traceback
from datetime import timedelta
from typing import Any

from gunicorn.glogging import Logger

from experiments.core.json_logs import JsonLogs
from experiments.http.request_id import HEADER


class JsonServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    def _set_handler(self, log: logging.Logger, output: Any, fmt: logging.Formatter, stream: Any = None) -> None:
        super()._set_handler(log, output, JsonLogs(), stream)

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        if not self.access_log_enabled:
            return
        method, path = environ.get("REQUEST_METHOD"), environ.get("PATH_INFO")
        status = resp.status_code
        found = {
            "method": method,
            "path": path,
            "status": status,
            "bytes": resp.sent,
            "address": environ.get("REMOTE_ADDR"),
            "elapsed_ms": round(request_time.total_seconds() * 1000),
        }
        # Of an answer that is none of the application's there may be none.
        found["request"] = next((value for name, value in resp.headers if name.lower() == HEADER.lower()), None)
        try:
            self.access_log.info("%s %s %s", method, path, status, extra=found)
        except Exception:
            self.error(traceback.format_exc())
