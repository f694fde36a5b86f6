"""The example of a processor, held to what every processor keeps."""

from __future__ import annotations

import pytest

from docs.examples.qoi_processor import QOI, QoiProcessor
from iiifserver.iiif import source_formats
from iiifserver.iiif.source_formats import label_of
from iiifserver.plugins import BadRequest, ImageTooLarge, Processor
from iiifserver.testing import ProcessorContract, drawn, encoded, in_memory, rendered, upright
from processors.registry import ProcessorRegistry


def test_it_can_be_registered(monkeypatch):
    monkeypatch.setattr(source_formats, "_brought", {})
    ProcessorRegistry("example", Processor).register("qoi", QoiProcessor)
    assert label_of("qoi") == QOI.label


def test_it_reads_what_was_written():
    image = drawn(30, 20, "RGBA")
    found = in_memory(encoded(image, "QOI"))
    assert QoiProcessor.build({}).facts(found).has_alpha
    assert rendered(QoiProcessor.build({}), found).tobytes() == image.tobytes()


# Pillow decodes the format in Python.
@pytest.mark.slow
class TestQoiProcessor(ProcessorContract):
    @pytest.fixture
    def processor(self):
        return QoiProcessor.build({})

    def file_of(self, image, orientation=1):
        # The format cannot say how an image lies.
        return encoded(upright(image, orientation), "QOI")

    def test_what_promises_too_many_pixels_is_refused(self, processor):
        content = self.file_of(drawn(30, 20))
        huge = content[:4] + (100_000).to_bytes(4) * 2 + content[12:]
        with pytest.raises(ImageTooLarge):
            processor.facts(in_memory(huge))

    def test_there_is_one_page(self, processor):
        with pytest.raises(BadRequest):
            processor.facts(in_memory(self.file_of(drawn(30, 20))), page=2)
