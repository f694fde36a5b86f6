"""Rows of an older server keep finding what they found."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from images.models import Revision
from sources.models import Source

OLD = [("iiif_sources", "0001_initial")]


@pytest.fixture
def old(transactional_db):
    """The rows as they were before lookups."""
    executor = MigrationExecutor(connection)
    newest = executor.loader.graph.leaf_nodes()
    executor.migrate(OLD)
    yield executor.loader.project_state(OLD).apps
    executor = MigrationExecutor(connection)
    executor.migrate(newest)


def test_a_path_suffix_becomes_the_suffix_of_the_lookup(old):
    options = {"path_prefix": "/srv/images/", "path_suffix": ".tif"}
    old.get_model("iiif_sources", "Source").objects.create(name="scans", kind="filesystem", options=options)
    Revision.objects.create(
        document={"iiif_sources.source": {"scans": {"name": "scans", "kind": "filesystem", "options": options}}}
    )
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    row = Source.objects.get(name="scans")
    assert (row.options, row.lookup_suffix, row.lookup) == ({"path_prefix": "/srv/images/"}, ".tif", "affixes")
    remembered = Revision.objects.first().document["iiif_sources.source"]["scans"]
    assert remembered["options"] == {"path_prefix": "/srv/images/"}
    assert remembered["lookup_suffix"] == ".tif"
