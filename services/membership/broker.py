"""The broker as its administrator sees it: what it knows of systems is read and changed by its management API."""

import asyncio
import base64
import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, unquote, urlsplit

from shared.errors import Trouble

from .rights import Definitions, answers_queue

SECONDS = 10
AN_ADDRESS = "http://<administrator>:<password>@<host>:15672"
NOT_FOUND = 404
REASONS = {
    401: "the broker does not know the user of BROKER_MANAGEMENT_URL by this password",
    403: "the user of BROKER_MANAGEMENT_URL is no administrator of the broker",
}


class BrokerRefuses(Trouble):
    """The broker's management does not answer, or does not do what it was asked to."""


class Broker:
    """A broker by its management's address, `http[s]://<administrator>:<password>@<host>:<port>`.

    Every method raises BrokerRefuses.
    """

    def __init__(self, management_url: str) -> None:
        server = urlsplit(management_url)
        if server.scheme not in ("http", "https") or not server.hostname or not server.username:
            raise BrokerRefuses(f"BROKER_MANAGEMENT_URL: expected {AN_ADDRESS}")
        self._connect = HTTPSConnection if server.scheme == "https" else HTTPConnection
        self._host, self._port, self._prefix = server.hostname, server.port, server.path.rstrip("/")
        login = f"{unquote(server.username)}:{unquote(server.password or '')}"
        self._headers = {
            "Authorization": f"Basic {base64.b64encode(login.encode()).decode()}",
            "Content-Type": "application/json",
        }

    async def definitions(self) -> Definitions:
        """Return all that the broker is told to be: users, rights, queues, bindings and more."""
        found: Definitions = json.loads(await self._ask("GET", "/api/definitions"))
        return found

    async def define(self, definitions: Definitions) -> None:
        """Add some definitions, or change those that are there; all else stays as it is."""
        await self._ask("POST", "/api/definitions", json.dumps(definitions))

    async def close_connections(self, user: str) -> None:
        """Close what a user has opened: who is connected is not asked for the password again."""
        await self._ask("DELETE", f"/api/connections/username/{quote(user)}")

    async def remove(self, system: str) -> None:
        """Remove a system's user, which also closes its connections, and its queue of answers."""
        await self._ask("DELETE", f"/api/users/{quote(system)}")
        await self._ask("DELETE", f"/api/queues/%2F/{quote(answers_queue(system))}")

    async def _ask(self, method: str, path: str, body: str | None = None) -> str:
        return await asyncio.to_thread(self._answer, method, path, body)

    def _answer(self, method: str, path: str, body: str | None) -> str:
        """Return what is answered; what is to be removed may be gone already."""
        connection = self._connect(self._host, self._port, timeout=SECONDS)
        try:
            connection.request(method, self._prefix + path, body, self._headers)
            answer = connection.getresponse()
            said = answer.read().decode()
        except (OSError, HTTPException, UnicodeDecodeError) as why:
            raise BrokerRefuses(f"no answer from the broker's management ({type(why).__name__})") from why
        finally:
            connection.close()
        if answer.status >= 400 and not (method == "DELETE" and answer.status == NOT_FOUND):
            raise BrokerRefuses(REASONS.get(answer.status, f"the broker refuses ({answer.status}): {said[:500]}"))
        return said
