"""Every kind of source that comes with the server is held to what every source keeps."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

import pytest

from iiifserver.testing import SourceContract, WritingSourceContract
from sources.registry import sources

KINDS = sorted(point.name for point in entry_points(group="iiifserver.sources") if point.module.startswith("sources."))


def contracts_of(kind: str) -> list[type[SourceContract]]:
    tests = vars(import_module(f"tests.sources.backends.test_{kind}"))
    classes = (value for name, value in tests.items() if name.startswith("Test") and isinstance(value, type))
    return [one for one in classes if issubclass(one, SourceContract)]


def test_there_are_at_least_seven():
    assert {"azure", "database", "filesystem", "gcs", "http", "s3", "storage"} <= set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_passes_the_contract_and_that_of_writing_where_it_can_write(kind: str):
    wanted = WritingSourceContract if sources.get(kind).can_write() else SourceContract
    assert any(issubclass(contract, wanted) for contract in contracts_of(kind))
