"""A delegate: letters are for those who have an account, and everybody else is sent to the log-in of the admin."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from iiifserver.delegates import Answer, Delegate

LOG_IN = "/admin/login/"


class MembersDelegate(Delegate):
    def pre_authorize(self) -> bool | Answer:
        if not self.context.identifier.startswith("letters/"):
            return True
        if self.context.user_id is None:
            return {"status_code": 302, "location": f"{LOG_IN}?next={quote(self.way_back(), safe='')}"}
        return "Members" in self.context.groups

    def way_back(self) -> str:
        """The address that was asked for, without scheme and host."""
        return urlsplit(self.context.request_uri)._replace(scheme="", netloc="").geturl()
