"""What `manage.py check` says of the site's delegate."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.checks import CheckMessage, Error, Warning

from iiifserver.conf import conf

from .delegate import uncalled
from .loading import DelegateError, loaded


def check_delegate(**kwargs: Any) -> Iterable[CheckMessage]:
    """The server starts with a delegate that cannot be loaded, and gives out no image."""
    if conf.delegate is None:
        return []
    try:
        delegate_class = loaded(conf.delegate)
    except DelegateError as error:
        hint = "Until it can be loaded no image is given out. Mend the file, or change the delegate in the settings."
        return [Error(str(error), hint=hint, id="iiif_images.E010")]
    return [
        Warning(
            f"The delegate writes {method}, which this server does not call.",
            hint="It is called only beside deserialize_meta_identifier: write that too, or leave both out.",
            id="iiif_images.W010",
        )
        for method in uncalled(delegate_class)
    ]
