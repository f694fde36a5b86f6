"""Heavy libraries stay where they are until a file needs them."""

from __future__ import annotations

import subprocess
import sys

from tests.live import ROOT

HEAVY = ("av", "pillow_heif", "pypdfium2", "pypdfium2_raw", "rawpy", "resvg_py")

PROGRAM = f"""
import sys
import django
django.setup()
from processors.registry import processors
for kind in processors:
    processors.get(kind).build({{}})
print([name for name in {HEAVY!r} if name in sys.modules])
"""


def test_no_heavy_library_is_loaded_for_setting_up_every_kind(tmp_path):
    environment = {"DJANGO_SETTINGS_MODULE": "iiifserver.settings", "IIIFSERVER_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, cwd=ROOT, env=environment, check=True
    )
    assert done.stdout.strip() == "[]"
