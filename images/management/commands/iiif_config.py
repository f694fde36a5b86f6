"""The configuration as a file: out, in, or compared."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from images.configuration import DocumentError, current_document, differences, restore


class Command(BaseCommand):
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

    def handle(self, *args: Any, action: str, file: str, dry_run: bool = False, **options: Any) -> None:
        if action == "export":
            self.export(file)
        elif action == "diff" or dry_run:
            self.tell_differences(read_document(file))
        else:
            self.take_over(read_document(file))

    def export(self, file: str) -> None:
        text = json.dumps(current_document(), indent=2, ensure_ascii=False) + "\n"
        if file == "-":
            self.stdout.write(text, ending="")
        else:
            write_text(Path(file), text)

    def tell_differences(self, document: Any) -> None:
        for line in differences(current_document(), document) or ["Nothing would change."]:
            self.stdout.write(line)

    def take_over(self, document: Any) -> None:
        changes = differences(current_document(), document)
        try:
            restore(document, title="Imported a configuration")
        except DocumentError as error:
            raise CommandError(f"Nothing was changed. {error}") from error
        for line in changes or ["Nothing had to be changed."]:
            self.stdout.write(line)


def read_document(file: str) -> Any:
    """The document in a file; raises `CommandError` where there is none."""
    try:
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
        document = json.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file} cannot be read: {error}") from error
    except json.JSONDecodeError as error:
        raise CommandError(f"{file} is not JSON: {error}") from error
    if not isinstance(document, dict) or not all(isinstance(rows, dict) for rows in document.values()):
        raise CommandError(f"{file} is not a configuration: it must hold sections of rows by name.")
    return document


def write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error}") from error
