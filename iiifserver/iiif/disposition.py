"""Under which name a picture is saved, as the header Content-Disposition tells it (RFC 6266)."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote, unquote

from .formats import Format
from .values import Identifier

PLAIN_NAME = re.compile(r"filename\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^;\"]+))", re.IGNORECASE)
EXTENDED_NAME = re.compile(r"filename\*\s*=\s*utf-8'[^']*'([^;\s]*)", re.IGNORECASE)

OTHER_EXTENSIONS = {Format.JPG: (".jpeg",), Format.TIF: (".tiff",)}
HARMLESS_CATEGORIES = "LMNS"
"""Letters, marks, numbers and symbols: nothing that turns the direction of writing or breaks a line."""
LONGEST_NAME = 150


def content_disposition(wish: str, identifier: Identifier, output: Format) -> str:
    """The header for what was asked: `inline` or `attachment`, which may name a file; empty for anything else."""
    kind = next((kind for kind in ("inline", "attachment") if wish.lower().startswith(kind)), "")
    if not kind:
        return ""
    given = given_name(wish) if kind == "attachment" else ""
    name = with_extension(given, output) if given else name_for(identifier, output)
    return f"{kind}; {file_name_parameters(name)}"


def given_name(wish: str) -> str:
    """The name that somebody asks for, without all that no file should be called; empty if nothing is left."""
    if extended := EXTENDED_NAME.search(wish):
        return shortened(kept(unquote(extended[1]), ""))
    plain = PLAIN_NAME.search(wish)
    return shortened(kept(plain[1] or plain[2] or "", "")) if plain else ""


def name_for(identifier: Identifier, output: Format) -> str:
    """The identifier, its other characters turned into underscores, with the extension of the picture."""
    return f"{shortened(kept(identifier.value, '_')) or 'image'}.{output.extension}"


def kept(text: str, substitute: str) -> str:
    """The text with something else for every character that is not harmless in a file name."""
    harmless = "".join(character if is_harmless(character) else substitute for character in text)
    while ".." in harmless:
        harmless = harmless.replace("..", "")
    return harmless


def is_harmless(character: str) -> bool:
    if character.isascii():
        return character.isalnum() or character in "-._ "
    return unicodedata.category(character)[0] in HARMLESS_CATEGORIES


def shortened(name: str) -> str:
    """The end of the name, which says more than its beginning; no dot or blank at either end."""
    return name[-LONGEST_NAME:].strip(". ")


def with_extension(name: str, output: Format) -> str:
    """The name, ending as the picture's format does: no link makes a program of a picture."""
    endings = (f".{output.extension}", *OTHER_EXTENSIONS.get(output, ()))
    return name if name.lower().endswith(endings) else f"{name}.{output.extension}"


def file_name_parameters(name: str) -> str:
    """The name in ASCII for old programs, and in full where that is not the same (RFC 6266, 4.3)."""
    plain = "".join(character if character.isascii() else "_" for character in name)
    parameters = f'filename="{plain}"'
    return parameters if plain == name else f"{parameters}; filename*=UTF-8''{quote(name, safe='')}"
