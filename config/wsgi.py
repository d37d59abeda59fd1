"""The web server's way in."""

import os
import sys
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from experiments.http.request_body import CompleteBodies
from experiments.http.site_path import BelowPath

# REST framework would import it, for pages that this site does not have: 2 MB of each web process.
sys.modules.setdefault("pygments", None)  # type: ignore[arg-type]

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = BelowPath(CompleteBodies(get_wsgi_application()), settings.SITE_PATH)
# Imports all pages, so it has to wait for Django's set-up.
import_module("experiments.web.warm_up").warm_up()
