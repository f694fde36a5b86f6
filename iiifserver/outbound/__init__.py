"""How this server asks other servers for something: never an address that only it can reach."""

from __future__ import annotations
