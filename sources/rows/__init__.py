"""Images in the rows of a database: connections, tables and statements that only ever read."""

from __future__ import annotations
