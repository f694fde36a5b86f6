"""Draws one SVG and ends: the program of a process of its own, which may hang, grow or crash without any harm.

It is started with the folder that holds the library, and told on its standard input in one line what to draw, the SVG
behind it. It writes a PNG to its standard output. It imports nothing of ours.
"""

from __future__ import annotations

import json
import resource
import sys

MEGABYTE = 1024 * 1024


def limit(seconds: int, megabytes: int) -> None:
    """Has the system end this process when it takes more of anything."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * MEGABYTE, megabytes * MEGABYTE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def draw() -> None:
    task = json.loads(sys.stdin.buffer.readline())
    svg = sys.stdin.buffer.read().decode()
    limit(task["seconds"], task["megabytes"])
    sys.path.insert(0, sys.argv[1])
    from resvg_py import svg_to_bytes

    content = svg_to_bytes(
        svg_string=svg, width=task["width"], height=task["height"], skip_system_fonts=not task["has_text"]
    )
    sys.stdout.buffer.write(content)


if __name__ == "__main__":
    draw()
