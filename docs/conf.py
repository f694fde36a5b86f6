"""The documentation site: Sphinx, Markdown through MyST, and the theme Furo. Built by `make docs`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sphinx.application import Sphinx

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


def level_of_headings(app: Sphinx, name: str, template: str, context: dict[str, Any], tree: object) -> None:
    """The theme calls the captions of its contents headings, but not of which level: a screen reader must know."""
    contents = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = contents.replace('role="heading"', 'role="heading" aria-level="2"')


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", level_of_headings, priority=900)
