"""A museum's web server: it holds the pages with the viewers, and no image."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.browser.clients.manifest import manifest_of
from tests.live import ROOT

FOLDER = Path(__file__).resolve().parent
PACKAGES = FOLDER / "node_modules"
VENDOR = ROOT / "images" / "static" / "iiif_images" / "vendor"
FOLDERS = {"vendor": VENDOR, "packages": PACKAGES, "pages": FOLDER / "pages"}

BLANK_GIF = "data:image/gif;base64,"
"""Universal Viewer takes its blank picture for a file of its own folder."""


class Handler(SimpleHTTPRequestHandler):
    """Files of the three folders, and a manifest around any image services."""

    def do_GET(self) -> None:
        place = urlsplit(self.path)
        if place.path == "/manifest.json":
            self.send_manifest(parse_qs(place.query))
        elif place.path == "/favicon.ico" or BLANK_GIF in place.path:
            self.send_error(204)
        else:
            super().do_GET()

    def send_manifest(self, query: dict[str, list[str]]) -> None:
        address = f"http://{self.headers['Host']}{self.path}"
        services = zip(query["service"], map(int, query["width"]), map(int, query["height"]), strict=True)
        body = json.dumps(manifest_of(address, services)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/ld+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def translate_path(self, path: str) -> str:
        name, _, rest = urlsplit(path).path.lstrip("/").partition("/")
        return str(FOLDERS.get(name, FOLDER / "nothing") / rest)

    def log_message(self, *_arguments: object) -> None:
        """Nothing: the test says what matters."""


@contextmanager
def page_server() -> Iterator[str]:
    """The address of a server that runs meanwhile."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(FOLDER)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
