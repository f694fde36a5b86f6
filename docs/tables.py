"""Tables that are made from the code when the site is built, so that none of them can be out of date.

```{options} sources filesystem
```
```{fields} iiif_images.EndpointSettings
```
```{image-api}
```
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.apps import apps
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.choices import CallableChoiceIterator, flatten_choices
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from caching.registry import caches
from iiifserver.backend import Backend
from iiifserver.iiif.features import FEATURES, LEVEL_2, UPSCALING_FEATURE
from iiifserver.iiif.formats import Format
from iiifserver.iiif.values import ApiVersion, Quality
from images.proxy_examples import ProxyExample, proxy_configuration
from overlays.registry import overlays
from processors.registry import processors
from sources.registry import sources

LARGEST_OF_DATABASES = 32_767

VERSIONS = tuple(version for version in ApiVersion if version in FEATURES)

REGISTRIES = {"sources": sources, "processors": processors, "caching": caches, "overlays": overlays}

MEANINGS = {
    "baseUriRedirect": "the bare address of an image leads to its info.json",
    "canonicalLinkHeader": "an image names its canonical address",
    "cors": "pages of other sites may read the answers",
    "jsonldMediaType": "info.json as JSON-LD for those who ask for it",
    "mirroring": "`!n`: mirrored, then turned",
    "profileLinkHeader": "an answer names its compliance level",
    "regionByPct": "`pct:x,y,w,h`",
    "regionByPx": "`x,y,w,h`",
    "regionSquare": "`square`",
    "rotationArbitrary": "any angle",
    "rotationBy90s": "`0`, `90`, `180`, `270`",
    "sizeAboveFull": "larger than the image",
    "sizeByConfinedWh": "`!w,h`",
    "sizeByDistortedWh": "`w,h` in other proportions",
    "sizeByForcedWh": "`w,h` in other proportions, by its older name",
    "sizeByH": "`,h`",
    "sizeByPct": "`pct:n`",
    "sizeByW": "`w,`",
    "sizeByWh": "`w,h`",
    "sizeByWhListed": "the sizes that info.json lists",
    "sizeUpscaling": "`^`: larger than the image",
}
"""What each word of info.json means; a feature without one cannot be shown, and the build fails."""


def option_rows(backend: type[Backend]) -> list[tuple[str, str]]:
    """Label and explanation of each option of a kind, in the order of its form."""
    form = backend.form_class()
    return [(form[name].label, explained(field)) for name, field in form.fields.items()]


def field_rows(label: str) -> list[tuple[str, str]]:
    """Label and explanation of each field of a model that staff can edit."""
    fields = [field for field in apps.get_model(label)._meta.concrete_fields if field.editable]
    shown = [(field, field.formfield()) for field in fields]
    return [
        (capitalised(str(field.verbose_name)), explained(form_field, field.validators))
        for field, form_field in shown
        if form_field
    ]


def explained(field: forms.Field, validators: Iterable[Any] = ()) -> str:
    """The help text, the choices, the bounds and the value that the field begins with."""
    help_text = sentence(str(field.help_text))
    parts = (help_text, choices(field), bounds([*field.validators, *validators]), begins(field, help_text))
    return " ".join(part for part in parts if part)


def sentence(text: str) -> str:
    return text if not text or text.endswith((".", "…")) else f"{text}."


def choices(field: forms.Field) -> str:
    """What can be chosen; nothing where that depends on the machine."""
    options = getattr(field, "_choices", None)
    if options is None or isinstance(options, CallableChoiceIterator) or isinstance(field, forms.ModelChoiceField):
        return ""
    begin = "Any of" if isinstance(field, forms.MultipleChoiceField) else "One of"
    return f"{begin}: " + "; ".join(str(label) for value, label in flatten_choices(options) if value) + "."


def bounds(validators: Iterable[Any]) -> str:
    """The smallest and the largest number; an upper bound alone is the database's and tells nothing."""
    least = max((one.limit_value for one in validators if isinstance(one, MinValueValidator)), default=None)
    most = min((one.limit_value for one in validators if isinstance(one, MaxValueValidator)), default=None)
    if least is None or most is None or most >= LARGEST_OF_DATABASES:
        return f"At least {number(least)}." if least else ""
    return f"From {number(least)} to {number(most)}."


def begins(field: forms.Field, help_text: str) -> str:
    """The value at first, or that there need be none where the help text does not say so."""
    value = field.initial() if callable(field.initial) else field.initial
    if isinstance(value, bool):
        return f"At first: {'yes' if value else 'no'}."
    if value is None or value in ("", []):
        return "" if field.required or "mpty" in help_text else "May be empty."
    labels = dict(flatten_choices(getattr(field, "_choices", None) or ()))
    if isinstance(value, list):
        return f"At first: {', '.join(str(labels[one]) for one in value)}."
    return f"At first: {labels.get(value) or number(value)}."


def number(value: Any) -> str:
    """With thin spaces between thousands where it is a large whole number."""
    if value is None:
        return ""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") if isinstance(value, int) else str(value)


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def image_api_rows() -> list[tuple[str, ...]]:
    """Each feature, format and quality: its name, its meaning, and how each version has it."""
    names = {version: FEATURES[version] | {UPSCALING_FEATURE[version]} for version in VERSIONS}
    features = sorted(set().union(*names.values()))
    rows = [
        (name, MEANINGS[name], *(mark(name in names[v], name in LEVEL_2[v].features) for v in VERSIONS))
        for name in features
    ]
    rows += [
        (f".{one.extension}", one.media_type, *(mark(True, one in LEVEL_2[v].formats) for v in VERSIONS))
        for one in Format
    ]
    rows += [(one.value, "quality", *(mark(True, one in LEVEL_2[v].qualities) for v in VERSIONS)) for one in Quality]
    return [(f"`{name}`", *rest) for name, *rest in rows]


def mark(is_offered: bool, is_promised: bool) -> str:
    """How a version has a feature."""
    if not is_offered:
        return "no"
    return "level 2" if is_promised else "beyond it"


def markdown_table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(heads), *map(tuple, rows)]
    lines.insert(1, tuple("---" for _ in lines[0]))
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


class TableDirective(SphinxDirective):
    """Stands in a page where its table is to be."""

    def table(self) -> str:
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        return self.parse_text_to_nodes(self.table())


class Options(TableDirective):
    """The options of one kind of backend: its role, its kind."""

    required_arguments = 2

    def table(self) -> str:
        role, kind = self.arguments
        rows = option_rows(REGISTRIES[role].get(kind))
        return markdown_table(("option", "meaning"), rows) if rows else "This kind has no options."


class Fields(TableDirective):
    """The fields of one model."""

    required_arguments = 1

    def table(self) -> str:
        return markdown_table(("field", "meaning"), field_rows(self.arguments[0]))


class ImageApi(TableDirective):
    """What each version of the Image API has."""

    def table(self) -> str:
        heads = (f"Image API {version.value}" for version in VERSIONS)
        return markdown_table(("in info.json", "what it is", *heads), image_api_rows())


class ProxyConfiguration(SphinxDirective):
    """A configuration for a reverse proxy, as the admin's page shows it; a folder of another site may follow."""

    required_arguments = 1
    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        proxy, *folders = self.arguments
        example = ProxyExample(host="images.example.org", folder=folders[0] if folders else "")
        text = proxy_configuration(proxy, example).strip()
        language = "nginx" if proxy == "nginx" else "text"
        return [nodes.literal_block(text, text, language=language)]


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_directive("options", Options)
    app.add_directive("fields", Fields)
    app.add_directive("image-api", ImageApi)
    app.add_directive("proxy-configuration", ProxyConfiguration)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
