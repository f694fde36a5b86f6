"""The addresses for programs; a site that embeds the service includes them where it wants them."""

from __future__ import annotations

from django.urls import path

from .changed import ChangedView
from .numbers import MetricsView, StatusView
from .tasks import TasksView, TaskView

app_name = "iiif_api"
urlpatterns = [
    path("tasks", TasksView.as_view(), name="tasks"),
    path("tasks/<str:number>", TaskView.as_view(), name="task"),
    path("changed", ChangedView.as_view(), name="changed"),
    path("metrics", MetricsView.as_view(), name="metrics"),
    path("status", StatusView.as_view(), name="status"),
]
