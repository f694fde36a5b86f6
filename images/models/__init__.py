"""The settings of the service itself, and all its models under one name."""

from __future__ import annotations

from ..activity.model import ActivitySample
from ..copies.model import SlowImage, WorkingCopySettings
from ..description_links import DescriptionLink
from ..failed_files.model import DecodingSettings, FailedFile
from ..jobs.model import Job, JobRunner, Lease
from ..jobs.settings import ApiSettings, MaintenanceSettings
from ..jobs.tokens import ApiToken
from .application import ApplicationSettings
from .endpoints import EndpointSettings
from .http import HttpSettings
from .revision import Revision
from .status import Status

__all__ = [
    "ActivitySample",
    "ApiSettings",
    "ApiToken",
    "ApplicationSettings",
    "DecodingSettings",
    "DescriptionLink",
    "EndpointSettings",
    "FailedFile",
    "HttpSettings",
    "Job",
    "JobRunner",
    "Lease",
    "MaintenanceSettings",
    "Revision",
    "SlowImage",
    "Status",
    "WorkingCopySettings",
]
