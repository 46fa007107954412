"""An SMTP server that delivers nothing: each mail that it accepts lies in a folder as one .eml file.

python -m deploy.local.smtp_sink PORT FOLDER
"""

import asyncio
import sys
import time
from pathlib import Path
from uuid import uuid4

from aiosmtpd.smtp import SMTP, Envelope, Session

from .signals import until_asked_to_stop


class Folder:
    """Takes every mail, for whomever it is."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        """Lay the mail down, byte for byte as it came; names sort by time of arrival and are never used twice."""
        if not isinstance(envelope.content, bytes):
            raise TypeError("the server was told to decode what it receives")
        name = f"{time.time_ns()}-{uuid4().hex}"
        unfinished = self._path / f"{name}.part"
        unfinished.write_bytes(envelope.content)
        unfinished.rename(self._path / f"{name}.eml")
        return f"250 kept as {name}.eml"


async def serve(port: int, folder: Path) -> None:
    """Take mails on a port of 127.0.0.1 until cancelled."""
    loop = asyncio.get_running_loop()
    handler = Folder(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, hostname="localhost", ident="sink", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port
    )
    await server.serve_forever()


if __name__ == "__main__":
    # Asked to stop in the middle of a mail, it still says whether it has it.
    asyncio.run(until_asked_to_stop(serve(int(sys.argv[1]), Path(sys.argv[2]))))
