"""Where staff write a folder."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .folders import folder_at


class FolderInput(forms.TextInput):
    """A line for a folder; below one of the server's home stands where that is at present."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        line = super().render(name, value, attrs, renderer)
        if not value or str(value).startswith(("/", "~")):
            return line
        return format_html('<div class="iiif-folder">{}<p>at present {}</p></div>', line, folder_at(str(value)))
