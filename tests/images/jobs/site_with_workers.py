"""The settings of a site that has workers for Django's tasks, and has them do jobs."""

from __future__ import annotations

from iiifserver.settings import *  # noqa: F403
from iiifserver.settings import IIIFSERVER, INSTALLED_APPS

# docs: tasks
INSTALLED_APPS = [*INSTALLED_APPS, "django_tasks_db"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
IIIFSERVER = {**IIIFSERVER, "TASK_BACKEND": "default"}
# docs: end
