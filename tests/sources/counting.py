"""A server in between, which counts what another one gives."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from tests.sources.web_server import Fault, Handler

OWN_HEADERS = frozenset({"connection", "content-length", "date", "server", "transfer-encoding"})


def forwarding_to(address: str) -> Fault:
    """Has the web server pass each request on to another one, and count what comes back."""
    parts = urlsplit(address)

    def forward(handler: Handler) -> bool:
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
        try:
            connection.putrequest(handler.command, handler.path, skip_host=True, skip_accept_encoding=True)
            for name, value in handler.headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        headers = {name: value for name, value in answer.getheaders() if name.lower() not in OWN_HEADERS}
        length = str(len(content)) if handler.command != "HEAD" else answer.getheader("Content-Length", "0")
        handler.answer(answer.status, {**headers, "Content-Length": length})
        handler.body(content)
        return True

    return forward
