"""What a row of a table of requirements may say: how the server is asked, and what it must answer.

A row is a requirement's statement and its checks. A check is a function of the service; it raises an `AssertionError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from images.models import EndpointSettings
from images.runtime import keeper
from tests.images.conftest import Service, picture
from tests.live import ROOT

Check = Callable[[Service], None]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The check stands in another module: this test, as `path::name`."""

    test: str
    reason: str

    def __call__(self, _service: Service) -> None:
        path, _, name = self.test.partition("::")
        defined = re.compile(rf"^(?:async )?def {re.escape(name)}\(", re.MULTILINE)
        assert defined.search((ROOT / path).read_text(encoding="utf-8")), f"there is no {self.test}"


def numbered(prefix: str, *ranges: tuple[int, int]) -> list[str]:
    """The numbers of a list, in its order: `I3-001` and so on."""
    return [f"{prefix}-{number:03}" for first, last in ranges for number in range(first, last + 1)]


def path_of(version: int, request: str) -> str:
    """The path of a request that leaves off what is usual: `full/max`, `card.png/full/max/0/default.jpg`, `info.json`.

    With a slash in front it is the path itself.
    """
    if request.startswith("/"):
        return request
    parts = request.split("/")
    rest = ["full", "max" if version == 3 else "full", "0", "default.png"]
    return "/".join(["/iiif", str(version), "card.png", *parts, *rest[len(parts) :]])


def given(version: int, requests: Mapping[str, tuple[int, int]], within: int = 0) -> Check:
    """Each of the requests is answered with a picture of just this size, or within so many pixels of it."""

    def check(service: Service) -> None:
        for request, size in requests.items():
            seen = picture(service.get(path_of(version, request))).size
            distance = max(abs(one - other) for one, other in zip(seen, size, strict=True))
            assert distance <= within, f"{request}: {seen}"

    return check


def answered(version: int, status: int | set[int], *requests: str, **sent: str) -> Check:
    """Each of the requests, sent with these headers, is answered with this status, or one of these."""
    allowed = status if isinstance(status, set) else {status}

    def check(service: Service) -> None:
        seen = {request: service.get(path_of(version, request), **sent).status_code for request in requests}
        assert {request: code for request, code in seen.items() if code not in allowed} == {}

    return check


def same(version: int, *requests: str) -> Check:
    """All of the requests are answered with the same bytes."""

    def check(service: Service) -> None:
        answers = [service.get(path_of(version, request)) for request in requests]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1

    return check


def header(path: str, name: str, value: str, **sent: str) -> Check:
    """The answer, to a request with these headers, has this header."""

    def check(service: Service) -> None:
        assert service.get(path, **sent).get(name) == value

    return check


def canonical(version: int, requests: Mapping[str, str]) -> Check:
    """The Link header of each answer names this region and size, or more, as the canonical ones."""

    def check(service: Service) -> None:
        for request, wanted in requests.items():
            assert named(service.get(path_of(version, request))).startswith(wanted), request

    return check


def named(response: Any) -> str:
    """The parameters that the Link header of an answer names as the canonical ones."""
    assert response.status_code == 200, response.content[:200]
    found = re.search(r'<[^>]*/card\.png/([^>]*)>;rel="canonical"', response["Link"])
    assert found, response["Link"]
    return found[1]


def documented(version: int, is_right: Callable[[dict[str, Any]], bool], identifier: str = "card.png") -> Check:
    """The info.json is as it must be."""

    def check(service: Service) -> None:
        document = service.info(identifier, version)
        assert is_right(document), document

    return check


def where(check: Check, **settings: Any) -> Check:
    """The check, on endpoints with these settings."""

    def configured(service: Service) -> None:
        row = EndpointSettings.current()
        for name, value in settings.items():
            setattr(row, name, value)
        row.full_clean()
        row.save()
        keeper.forget()
        check(service)

    return configured


def drawn(check: Check, name: str, image: Callable[[], Image.Image]) -> Check:
    """The check, where there is such an image too."""

    def with_image(service: Service) -> None:
        service.draw(name, image(), format="PNG")
        check(service)

    return with_image
