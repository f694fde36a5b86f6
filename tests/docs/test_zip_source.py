"""The example of a source, held to what every source keeps."""

from __future__ import annotations

from zipfile import ZipFile

import pytest

from docs.examples.zip_source import ZipForm, ZipOptions, ZipSource
from iiifserver.iiif.errors import SourceUnavailable
from iiifserver.registry import Registry
from iiifserver.testing import SourceContract, SourceUnderTest
from sources.base import Place, SourceBackend


class TestZipSource(SourceContract):
    @pytest.fixture
    def subject(self, tmp_path):
        archive = tmp_path / "pictures.zip"
        contents = {}

        def put(identifier, content):
            contents[identifier] = content
            with ZipFile(archive, "w") as rewritten:
                for name, stored in contents.items():
                    rewritten.writestr(name, stored)

        ZipFile(archive, "w").close()
        return SourceUnderTest(source=ZipSource(ZipOptions(path=str(archive))), put=put)

    def test_a_missing_archive_is_told(self, tmp_path):
        source = ZipSource(ZipOptions(path=str(tmp_path / "gone.zip")))
        assert "gone.zip" in next(iter(source.problems()))
        with pytest.raises(SourceUnavailable):
            source.find(Place(name="one.png"))

    def test_an_archive_outside_the_fence_is_refused(self, tmp_path, settings):
        settings.IIIFSERVER = {**settings.IIIFSERVER, "FILESYSTEM_ROOTS": [tmp_path / "elsewhere"]}
        form = ZipForm({"path": str(tmp_path / "pictures.zip")})
        assert not form.is_valid()
        with pytest.raises(SourceUnavailable):
            ZipSource(ZipOptions(path=str(tmp_path / "pictures.zip"))).find(Place(name="one.png"))

    def test_the_form_takes_an_archive_that_is_there(self, tmp_path):
        (tmp_path / "pictures.zip").touch()
        form = ZipForm({"path": str(tmp_path / "pictures.zip")})
        form.full_clean()
        assert form.cleaned_data == {"path": str(tmp_path / "pictures.zip")}

    def test_the_form_says_what_is_wrong(self):
        assert "no such file" in ZipForm({"path": "pictures.zip"}).errors["path"][0]

    def test_it_can_be_registered_and_built_from_a_row(self, tmp_path):
        registry = Registry("example", SourceBackend)
        registry.register("zip", ZipSource)
        assert isinstance(registry.get("zip").build({"path": str(tmp_path)}), ZipSource)
