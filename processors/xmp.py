"""XMP: RDF in XML, read without entities and within bounds, thinned out and written again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from iiifserver.iiif.metadata import DEFAULT_LANGUAGE, Text

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
META = "{adobe:ns:meta/}xmpmeta"

NAMESPACES = {
    "cc": "http://creativecommons.org/ns#",
    "crs": "http://ns.adobe.com/camera-raw-settings/1.0/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "xmpNote": "http://ns.adobe.com/xmp/note/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
}
PREFIXES = {uri: prefix for prefix, uri in NAMESPACES.items()}

MOST_ELEMENTS = 20_000
DEEPEST = 32

for _prefix, _uri in (*NAMESPACES.items(), ("rdf", RDF[1:-1]), ("x", "adobe:ns:meta/")):
    ElementTree.register_namespace(_prefix, _uri)


class _Builder(ElementTree.TreeBuilder):
    """Builds the tree of a document that is neither too deep nor too large and declares nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = self.depth = 0

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """Entities are declared here, and nowhere else."""
        raise ValueError("XMP declares no document type.")

    def start(self, tag: str, attributes: dict[str, str]) -> Element:
        self.elements += 1
        self.depth += 1
        if self.elements > MOST_ELEMENTS or self.depth > DEEPEST:
            raise ValueError("The XMP has more elements than any picture needs.")
        return super().start(tag, attributes)

    def end(self, tag: str) -> Element:
        self.depth -= 1
        return super().end(tag)


class Xmp:
    """The properties of a picture, each an element of one description."""

    def __init__(self, properties: Iterable[Element] = ()) -> None:
        self.properties = tuple(properties)

    def fields(self) -> dict[str, tuple[Text, ...]]:
        """The properties of the usual vocabularies by name, each with all its values."""
        found: dict[str, list[Text]] = {}
        for element in self.properties:
            if name := name_of(element.tag):
                found.setdefault(f"xmp:{name}", []).extend(_texts(element))
        return {name: tuple(texts) for name, texts in found.items() if texts}

    def where(self, is_wanted: Callable[[str], bool]) -> Xmp:
        """Only the properties whose name is wanted; the name of one in an unusual vocabulary is empty."""
        return Xmp(element for element in self.properties if is_wanted(name_of(element.tag)))

    def with_alternative(self, name: str, text: str) -> Xmp:
        """With this text for readers of any language in place of what stands under that name."""
        element = Element(_tag(name))
        item = SubElement(SubElement(element, f"{RDF}Alt"), f"{RDF}li", {LANGUAGE: DEFAULT_LANGUAGE})
        item.text = text
        return self._with(name, element)

    def with_text(self, name: str, text: str) -> Xmp:
        """With this text in place of what stands under that name."""
        element = Element(_tag(name))
        element.text = text
        return self._with(name, element)

    def _with(self, name: str, element: Element) -> Xmp:
        return Xmp((*self.where(lambda other: other != name).properties, element))

    def block(self) -> bytes:
        """The document; empty where there is no property."""
        if not self.properties:
            return b""
        meta = Element(META)
        # Readers reject a description that does not say what it is about, be it nothing.
        description = SubElement(SubElement(meta, f"{RDF}RDF"), f"{RDF}Description", {f"{RDF}about": ""})
        description.extend(self.properties)
        return ElementTree.tostring(meta, encoding="unicode").encode()


def joined_xmp(block: bytes, extension: bytes) -> bytes:
    """One document with the properties of both; only the first where the second makes no sense."""
    try:
        return Xmp((*parsed_xmp(block).properties, *parsed_xmp(extension).properties)).block()
    except (ValueError, ElementTree.ParseError):
        return block


def parsed_xmp(block: bytes) -> Xmp:
    """The properties; raises `ValueError` or `ElementTree.ParseError` for what is no sound XMP."""
    parser = ElementTree.XMLParser(target=_Builder())  # noqa: S314 - the builder refuses whatever declares entities
    root = ElementTree.fromstring(block.strip(b"\0 \t\r\n"), parser)  # noqa: S314
    return Xmp(_properties(root))


def _properties(root: Element) -> Iterator[Element]:
    """Those of all descriptions: written as elements or, in short, as attributes."""
    place = root if root.tag == f"{RDF}RDF" else root.find(f"{RDF}RDF")
    for description in () if place is None else place.findall(f"{RDF}Description"):
        for tag, value in description.attrib.items():
            if tag.startswith("{") and not tag.startswith(RDF) and tag != LANGUAGE:
                element = Element(tag)
                element.text = value
                yield element
        for element in description:
            element.tail = None
            yield element


def _texts(element: Element) -> Iterator[Text]:
    """The values of a property: its own text, an address, or the items of its list."""
    items = [item for container in element if container.tag in CONTAINERS for item in container]
    for item in items or [element]:
        value = (item.text or "").strip() or item.get(f"{RDF}resource", "")
        if value:
            yield Text(value, item.get(LANGUAGE, ""))


CONTAINERS = frozenset({f"{RDF}{kind}" for kind in ("Alt", "Bag", "Seq")})


def name_of(tag: str) -> str:
    """`dc:rights` for an element of a usual vocabulary; empty for others."""
    namespace, _, local = tag.removeprefix("{").rpartition("}")
    return f"{PREFIXES[namespace]}:{local}" if namespace in PREFIXES else ""


def _tag(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"
