"""The web server's way in."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from experiments.http.request_body import CompleteBodies
from experiments.http.site_path import BelowPath

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = BelowPath(CompleteBodies(get_wsgi_application()), settings.SITE_PATH)
