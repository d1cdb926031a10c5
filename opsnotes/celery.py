"""The Celery application. On Redis or embedded by one setting; see settings.py."""

import os

from celery import Celery

from opsnotes import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsnotes.settings")

broker.register()
app = Celery("opsnotes")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
