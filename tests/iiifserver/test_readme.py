from __future__ import annotations

import re

from tests.live import ROOT
from tests.variables import PLAIN

READERS = ("backing.py", "environment.py", "prepare.py")


def test_every_variable_is_in_the_readme():
    code = "".join((ROOT / "iiifserver" / name).read_text(encoding="utf-8") for name in READERS)
    read = {*re.findall(r'"(IIIFSERVER_[A-Z_]+)"', code), *PLAIN} - {"DJANGO_SETTINGS_MODULE"}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(read) > 15
    assert [name for name in sorted(read) if f"`{name}`" not in readme] == []


def test_the_readme_names_no_variable_that_is_not_read():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    code = "".join((ROOT / "iiifserver" / name).read_text(encoding="utf-8") for name in READERS)
    assert [name for name in re.findall(r"`(IIIFSERVER_[A-Z_]+)`", readme) if name not in code] == []
