"""What the news of a changed image look like: our own, and those of S3 with what may be wrapped around them. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

MOST_NAMES = 1000
LONGEST_NAME = 8000
MOST_WRAPPERS = 3
SPELLINGS = 2
"""Of each key in a record of S3 or of a store like it."""

EXPLANATION = (
    'Write {"identifier": "…"}, {"identifiers": ["…"]} or {"prefix": "…"}, '
    "or send what S3 and its likes tell of objects."
)
CONFIRM = (
    "SNS asks to confirm a subscription, which this server leaves to people: open the address SubscribeURL of this "
    "message, which stands in the server's log too."
)
OF_AMAZON = re.compile(r"https://sns\.[a-z0-9-]{1,40}\.amazonaws\.com(?:\.cn)?/\?[!-~]{1,2000}")


class NoNews(Exception):
    """A document tells nothing that is understood. The message is a sentence for whoever sent it."""


class Confirmation(NoNews):
    """SNS asks whether the news may come here."""

    def __init__(self, address: str) -> None:
        super().__init__(CONFIRM)
        self.address = address
        """What people would open to say so; empty where it is none of Amazon's."""


class TooMuchNews(NoNews):
    """A document tells more than may be told at once."""


@dataclass(frozen=True, slots=True)
class News:
    """What has changed, however it was told."""

    identifiers: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    """Of objects in a store, in each spelling that may be meant."""


def news_of(document: Any, depth: int = 0) -> News:
    """What the document tells; news of nothing, such as a store's test, is fine. Raises `NoNews`."""
    if not isinstance(document, dict) or depth > MOST_WRAPPERS:
        raise NoNews(EXPLANATION)
    if "Type" in document:
        return news_of(message_in(document), depth + 1)
    if "Records" in document or document.get("Event") == "s3:TestEvent":
        return News(keys=checked(keys_in(document.get("Records", [])), SPELLINGS * MOST_NAMES))
    if "detail-type" in document:
        return News(keys=checked([key_in(document.get("detail"))]))
    if document.keys() & {"prefix", "prefixes"}:
        return News(prefixes=texts(document, "prefix", "prefixes"))
    return News(identifiers=texts(document, "identifier", "identifiers"))


def message_in(envelope: dict[str, Any]) -> Any:
    """What SNS wraps."""
    if envelope["Type"] != "Notification":
        address = str(envelope.get("SubscribeURL", ""))
        raise Confirmation(address if OF_AMAZON.fullmatch(address) else "")
    try:
        return json.loads(envelope["Message"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise NoNews("The Message of this notification is not JSON.") from error


def keys_in(records: Any) -> list[Any]:
    """The keys of objects in the news of S3, MinIO and others, of which what was removed is told in the same way.

    S3 writes them as a form's address does, with a plus for a blank; others write them as they are.
    """
    try:
        keys = [record["s3"]["object"]["key"] for record in records]
        return [spelling for key in keys for spelling in dict.fromkeys((unquote_plus(key), key))]
    except (TypeError, KeyError, AttributeError) as error:
        raise NoNews("A record names no object: Records[].s3.object.key.") from error


def key_in(detail: Any) -> Any:
    """The key in an event of EventBridge, which stands there as it is."""
    try:
        return detail["object"]["key"]
    except (TypeError, KeyError) as error:
        raise NoNews("This event names no object: detail.object.key.") from error


def texts(document: dict[str, Any], one: str, many: str) -> tuple[str, ...]:
    found = [document[one]] if one in document else document.get(many)
    if not isinstance(found, list) or not found:
        raise NoNews(EXPLANATION)
    return checked(found)


def checked(names: list[Any], most: int = MOST_NAMES) -> tuple[str, ...]:
    if len(names) > most:
        raise TooMuchNews(f"Send at most {MOST_NAMES} names at once.")
    if not all(isinstance(name, str) and 0 < len(name) <= LONGEST_NAME and "\0" not in name for name in names):
        raise NoNews(f"A name is a text of 1 to {LONGEST_NAME} characters.")
    return tuple(names)
