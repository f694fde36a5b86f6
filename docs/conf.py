"""The documentation site: Sphinx, Markdown through MyST, and the theme Furo. Built by `make docs`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(ROOT), str(DOCS)]

# Tables are made from the code itself; loading it makes a home, which is none of the developer's.
os.environ.setdefault("IIIFSERVER_HOME", str(ROOT / "build" / "docs-home"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iiifserver.settings")

import django  # noqa: E402

import iiifserver  # noqa: E402

django.setup()

project = "IIIF image server"
author = "the authors of the IIIF image server"
copyright = author
release = version = iiifserver.__version__
language = "en"

extensions = ["myst_parser", "tables"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["README.md"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = f"IIIF image server {release}"
html_static_path = ["static"]
html_css_files = ["docs.css"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
pygments_style = "friendly"
