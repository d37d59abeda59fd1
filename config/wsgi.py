"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application

from experiments.http.request_body import CompleteBodies

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = CompleteBodies(get_wsgi_application())
