#!/usr/bin/env python3
"""Start here: `manage.py serve` runs the server, `manage.py help` lists the rest."""

from __future__ import annotations

from iiifserver.__main__ import main

if __name__ == "__main__":
    main()
