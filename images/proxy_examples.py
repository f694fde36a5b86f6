"""Configurations of reverse proxies that bring every IIIF address through unharmed."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.template.loader import render_to_string

PROXIES = {"nginx": "nginx.conf", "Apache": "apache.conf", "Caddy": "Caddyfile"}
"""From a proxy's name to the name of its file."""

FORM_MEGABYTES = 16
"""What must come through for the admin's own forms, with pictures of overlays in them."""
LIMIT_OF_APACHE = 1000
"""So many megabytes come through Apache without being asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyExample:
    """What the configurations speak of."""

    host: str
    """The public host, with its port where that is not 443."""
    server: str = "http://127.0.0.1:8182"
    """Where this server listens."""
    folder: str = ""
    """The public path without a slash at its end, such as `/pictures`; empty for none."""
    certificate: str = ""
    """The file in PEM form; empty where there is only a place for one."""
    key: str = ""
    largest_upload: int = 0
    """In megabytes; 0 where no source takes images."""

    @classmethod
    def at(cls, public_url: str, server: str, largest_upload: int = 0) -> ProxyExample:
        """The example for this public address."""
        parts = urlsplit(public_url)
        return cls(host=parts.netloc, server=server, folder=parts.path.rstrip("/"), largest_upload=largest_upload)

    @property
    def host_name(self) -> str:
        return urlsplit(f"//{self.host}").hostname or self.host

    @property
    def listen(self) -> int:
        return urlsplit(f"//{self.host}").port or 443

    @property
    def server_name(self) -> str:
        """Host and port of this server."""
        return urlsplit(self.server).netloc

    def context(self) -> dict[str, object]:
        """The names in the templates."""
        return {
            "host": self.host,
            "host_name": self.host_name,
            "listen": self.listen,
            "server": self.server,
            "server_name": self.server_name,
            "folder": self.folder,
            "certificate": self.certificate or f"/etc/ssl/{self.host_name}.pem",
            "key": self.key or f"/etc/ssl/{self.host_name}.key",
            "certificate_is_ours": bool(self.certificate),
            # Proxies count 1,048,576 bytes where a source counts a million: there is room for the rest of the form.
            "largest_body": max(self.largest_upload, FORM_MEGABYTES),
            "apache_bytes": self.largest_upload * 1_048_576 if self.largest_upload > LIMIT_OF_APACHE else 0,
        }


def proxy_configuration(proxy: str, example: ProxyExample) -> str:
    """The text of a configuration file for one of `PROXIES`."""
    return render_to_string(f"iiif_images/proxies/{PROXIES[proxy]}", {"example": example.context()})
