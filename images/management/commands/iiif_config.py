"""The configuration as a file: out, in, or compared."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from django.core.management.base import CommandError, CommandParser

from images.configuration import current_document
from images.differences import differences
from images.management.prepared import PreparedCommand
from images.restoring import DocumentError, check_shape, missing_sections, rehearsed, restore

Outcome = TypeVar("Outcome")


class Command(PreparedCommand):
    help = (
        "Writes the whole configuration to a file, reads it from one, or tells how a file differs from it. "
        "Secrets stand in the file encrypted, for servers with the same keys."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        export = actions.add_parser("export", help="write the configuration")
        export.add_argument("file", nargs="?", default="-", help="where to; - or nothing: standard output")
        imported = actions.add_parser("import", help="make the configuration what the file says")
        imported.add_argument("file", help="where from; -: standard input")
        imported.add_argument("--dry-run", action="store_true", help="only tell what would change")
        compared = actions.add_parser("diff", help="tell what an import would change")
        compared.add_argument("file", help="where from; -: standard input")
        for reads in (imported, compared):
            whole_or_not = "leave what the file has no section for as it is"
            reads.add_argument("--partial", dest="is_partial", action="store_true", help=whole_or_not)

    def handle(
        self, *args: Any, action: str, file: str, dry_run: bool = False, is_partial: bool = False, **options: Any
    ) -> None:
        if action == "export":
            self.export(file)
            return
        document = read_document(file)
        if not is_partial:
            check_whole(document, file)
        if action == "diff" or dry_run:
            self.tell_differences(document)
        else:
            self.take_over(document)

    def export(self, file: str) -> None:
        text = json.dumps(current_document(), indent=2, ensure_ascii=False) + "\n"
        if file == "-":
            self.stdout.write(text, ending="")
        else:
            write_text(Path(file), text)

    def tell_differences(self, document: Any) -> None:
        changes = differences(current_document(), accepted(rehearsed, document))
        self.tell(changes or ["Nothing would change."])

    def take_over(self, document: Any) -> None:
        before = current_document()
        accepted(partial(restore, title="Imported a configuration"), document)
        self.tell(differences(before, current_document()) or ["Nothing had to be changed."])

    def tell(self, lines: list[str]) -> None:
        for line in lines:
            self.stdout.write(line)


def accepted(act: Callable[[Any], Outcome], document: Any) -> Outcome:
    """What comes of the document; raises `CommandError` where it is no configuration."""
    try:
        return act(document)
    except DocumentError as error:
        raise CommandError(f"This is not a configuration that can be taken over. {error}") from error


def check_whole(document: Any, file: str) -> None:
    """Raises `CommandError` for what is no configuration, or only a part of one, by mistake perhaps."""
    accepted(check_shape, document)
    if missing := missing_sections(document):
        sections = ", ".join(f"“{label}”" for label in missing)
        raise CommandError(f"{file} has no section {sections}. With --partial, what it does not name stays as it is.")


def read_document(file: str) -> Any:
    """The document in a file; raises `CommandError` where there is none."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    try:
        return json.loads(text)
    except RecursionError as error:
        raise CommandError(f"{file} is not a configuration: its values stand inside each other, too deep.") from error
    except ValueError as error:
        raise CommandError(f"{file} is not JSON: {error}") from error


def write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error}") from error
