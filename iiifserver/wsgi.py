"""The standalone site as a WSGI application."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iiifserver.settings")

django_application = get_wsgi_application()

# It needs the apps, which are there only now.
from .quick_answers import QuickAnswers  # noqa: E402

application = QuickAnswers(django_application)
# Reads all addresses and the modules behind them, which is not to be the first visitor's time.
reverse("admin:index")
