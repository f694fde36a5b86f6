"""The addresses for programs: tasks, news of changed images, numbers. No browser is meant to use them."""

from __future__ import annotations
