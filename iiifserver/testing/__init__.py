"""What the authors of plug-ins need to test them: drawn images, and the contract of each role as a test class.

A plug-in's test module derives from a contract and says how to make its backend::

    class TestMySource(SourceContract):
        @pytest.fixture
        def subject(self):
            return SourceUnderTest(source=MySource(...), put=my_bucket.upload)
"""

from __future__ import annotations

from .caches import CacheContract, key
from .drawing import drawn, encoded, in_memory, likeness, upright, with_orientation
from .overlays import OverlayContract, answer_of, drawn_on, plain, touched
from .processors import ProcessorContract, plan_for, rendered
from .sources import CLIMBING, SourceContract, SourceUnderTest, WritingSourceContract, content_of, open_files

__all__ = [
    "CLIMBING",
    "CacheContract",
    "OverlayContract",
    "ProcessorContract",
    "SourceContract",
    "SourceUnderTest",
    "WritingSourceContract",
    "answer_of",
    "content_of",
    "drawn",
    "drawn_on",
    "encoded",
    "in_memory",
    "key",
    "likeness",
    "open_files",
    "plain",
    "plan_for",
    "rendered",
    "touched",
    "upright",
    "with_orientation",
]
