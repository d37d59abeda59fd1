"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application

from experiments.http.request_body import WholeBody

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = WholeBody(get_wsgi_application())
