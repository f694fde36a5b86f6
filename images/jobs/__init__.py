"""Work beside the answering of requests: kept in the database, done by a runner, seen and steered in the admin."""

from __future__ import annotations
