"""What `manage.py check` says of the site's delegate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, Warning

from iiifserver.conf import WrongSetting, conf

from .delegate import Delegate, misspelled, uncalled
from .loading import DelegateError, loaded


def check_delegate(**kwargs: Any) -> Iterable[CheckMessage]:
    """The server starts with a delegate that cannot be loaded, and gives out no image."""
    try:
        name = conf.delegate
    except WrongSetting:
        # The check of the fence tells.
        return []
    return [] if name is None else messages_about(name)


def messages_about(name: str) -> Iterable[CheckMessage]:
    try:
        delegate_class = loaded(name)
    except DelegateError as error:
        hint = "Until it can be loaded no image is given out. Mend the file, or change the delegate in the settings."
        return [Error(str(error), hint=hint, id="iiif_images.E010")]
    return [*unused_methods(delegate_class), *slips(delegate_class)]


def unused_methods(delegate_class: type[Delegate]) -> list[CheckMessage]:
    return [
        Warning(
            f"The delegate writes {method}, which this server does not call.",
            hint="It is called only beside deserialize_meta_identifier: write that too, or leave both out.",
            id="iiif_images.W010",
        )
        for method in uncalled(delegate_class)
    ]


def slips(delegate_class: type[Delegate]) -> list[CheckMessage]:
    return [
        Warning(
            f"The delegate writes {name}, which this server does not know: did you mean {asked}?",
            hint="Nothing calls it, and what it should forbid is open. If it is meant so, give it another name.",
            id="iiif_images.W011",
        )
        for name, asked in misspelled(delegate_class).items()
    ]
