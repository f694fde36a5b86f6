"""The examples of the documentation: what asks a server is asked of a live one, what is a command is looked at.

In a `console` block a line after `$ ` is typed, and the lines below it are what comes back; three dots stand for what
may differ.
"""

from __future__ import annotations

import ast
import configparser
import re
import shlex
import tomllib
import urllib.error
import urllib.request
from fnmatch import fnmatchcase

import pytest
from django.core.management import get_commands, load_command_class
from PIL import Image

from tests.docs.pages import DOCS, blocks, text_of
from tests.live import ROOT

DOCUMENTED_SERVER = "http://127.0.0.1:8182"
CONSOLES = list(blocks("console"))
PROGRAMS = {"sqlite3", "sudo", "tar"}
"""What is not ours, and is only read."""
OURS = {"caching", "iiifserver", "images", "overlays", "processors", "sources"}
PYTHONS = {".venv/bin/python", "python3"}


def typed(block):
    """Each command of a block, with the lines that come back."""
    commands = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    return [(command.partition("\n")[0], command.partition("\n")[2].splitlines()) for command in commands]


REQUESTS = [
    pytest.param(command, answer, id=f"{block} {command}")
    for block in CONSOLES
    for command, answer in typed(block)
    if command.startswith("curl ") and DOCUMENTED_SERVER in command
]
COMMANDS = [
    pytest.param(command, id=f"{block} {command}")
    for block in CONSOLES
    for command, _ in typed(block)
    if not command.startswith("curl ")
]


@pytest.fixture(scope="session")
def documented(server):
    """The live server with the files that the tutorial puts into its folder."""
    (server.home / "images" / "scans").mkdir(exist_ok=True)
    for name in ("eddie.jpg", "scans/0042.tif"):
        Image.new("RGB", (800, 600), "navy").save(server.home / "images" / name)
    return server


def curl(command, server):
    """What curl would print: the body, or with -I the head."""
    words = [word for word in shlex.split(command)[1:] if word != "-s"]
    wants_head = "-sI" in words
    address = next(word for word in words if word.startswith("http"))
    request = urllib.request.Request(
        address.replace(DOCUMENTED_SERVER, server.url), method="HEAD" if wants_head else "GET"
    )
    try:
        reply = urllib.request.urlopen(request, timeout=30)
    except urllib.error.HTTPError as error:
        reply = error
    with reply:
        head = [
            f"HTTP/1.1 {reply.status} {reply.reason}",
            *(f"{name}: {value}" for name, value in reply.headers.items()),
        ]
        body = reply.read()
    if "-o" in words:
        assert reply.status == 200
        return []
    return head if wants_head else body.decode().replace(server.url, DOCUMENTED_SERVER).splitlines()


@pytest.mark.parametrize(("command", "expected"), REQUESTS)
def test_the_server_answers_as_the_example_says(documented, command, expected):
    lines = curl(command, documented)
    patterns = [line.replace("[", "[[]").replace("...", "*") for line in expected if line.strip()]
    unmatched = [pattern for pattern in patterns if not any(fnmatchcase(line, pattern) for line in lines)]
    assert unmatched == [], lines


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_an_example_exists(command):
    words = shlex.split(command, comments=True)
    while words and re.match(r"[A-Z_]+=", words[0]):
        assert_variable(words.pop(0).partition("=")[0])
    program, *arguments = words
    if program == "make":
        assert re.search(rf"^{arguments[0]}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    elif program in PYTHONS:
        assert_python(arguments)
    elif program == "export":
        for argument in arguments:
            assert_variable(argument.partition("=")[0])
    else:
        assert program in PROGRAMS or program == ".venv/bin/pip"


def assert_variable(name):
    assert f"`{name}`" in text_of("administer/variables.md")


def assert_python(arguments):
    """A command of manage.py or of the package, with options that it takes; or a line of Python."""
    match arguments:
        case ["-c", code]:
            ast.parse(code)
        case ["-m", "venv", _] | ["-m", "pytest"]:
            pass
        case ["manage.py", name, *options] | ["-m", "iiifserver", name, *options]:
            command = load_command_class(get_commands()[name], name)
            command.create_parser("manage.py", name).parse_args(options)
        case _:
            raise AssertionError(f"nobody knows what this does: {arguments}")


def test_there_are_examples_of_both_sorts():
    assert len(REQUESTS) > 5
    assert len(COMMANDS) > 20


@pytest.mark.parametrize("block", blocks("ini"), ids=str)
def test_a_unit_names_programs_that_there_are(block):
    unit = configparser.ConfigParser(strict=False)
    unit.optionxform = str
    unit.read_string(block.text)
    assert unit["Service"]["ExecStart"].endswith("/.venv/bin/python manage.py serve")
    for name in re.findall(r"^Environment=(\w+)=", block.text, re.MULTILINE):
        assert_variable(name)


def test_the_package_of_the_example_names_what_is_in_its_files():
    package = tomllib.loads((DOCS / "examples" / "pyproject.toml").read_text(encoding="utf-8"))
    points = [point for group in package["project"]["entry-points"].values() for point in group.values()]
    for point in points:
        module, _, name = point.partition(":")
        assert f"class {name}(" in (DOCS / "examples" / f"{module}.py").read_text(encoding="utf-8")


def test_examples_of_code_name_nothing_private():
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in sorted((DOCS / "examples").glob("*.py"))]
    imports = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    ours = [node.module for node in imports if node.module.split(".")[0] in OURS]
    assert set(ours) == {"iiifserver.delegates", "iiifserver.plugins"}
