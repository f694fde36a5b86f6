"""The kinds of processor that are installed."""

from __future__ import annotations

from iiifserver.iiif.source_formats import bring
from iiifserver.registry import Registry

from .base import Processor


class ProcessorRegistry(Registry[Processor]):
    """The kinds of processor, and the formats that they bring."""

    def register(self, kind: str, backend: type[Processor]) -> None:
        super().register(kind, backend)
        for format in backend.brings:
            bring(format)


processors = ProcessorRegistry("iiifserver.processors", Processor)  # type: ignore[type-abstract]
