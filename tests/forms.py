"""What a browser would send back of a page's form, unchanged."""

from __future__ import annotations

from html.parser import HTMLParser


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        name = found.get("name") or ""
        match tag:
            case "input" if found.get("type") in ("checkbox", "radio"):
                if "checked" in found:
                    self.values[name] = found.get("value") or "on"
            case "input" if name and found.get("type") not in ("submit", "file"):
                self.values[name] = found.get("value") or ""
            case "textarea":
                self._textarea, self.values[name] = name, ""
            case "select":
                self._select = name
            case "option" if self._select and ("selected" in found or self._select not in self.values):
                self.values[self._select] = found.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            # Browsers leave out the line break right behind the tag.
            self.values[self._textarea] += data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._textarea = ""
        elif tag == "select":
            self._select = ""


def form_values(page: str) -> dict[str, str]:
    """The fields of a page with their values; of several options the last that is selected."""
    fields = _Fields()
    fields.feed(page)
    return {name: value for name, value in fields.values.items() if not name.startswith("csrf")}
