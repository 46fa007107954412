"""How a connection begins: greeted, encrypted where it is to be, signed in, and told what the server offers."""

import asyncio
import ssl
from base64 import b64encode

from .commands import Offers
from .dialogue import Broken, Dialogue, Reply
from .replies import said, without_addresses
from .server import Away, Limits, Server


class Session:
    """An open connection and how much it was used."""

    def __init__(self, dialogue: Dialogue, offers: Offers, limits: Limits) -> None:
        self.dialogue = dialogue
        self.offers = offers
        self.limits = limits
        self.pipelining = "PIPELINING" in offers
        self.mails = 0
        self.reported = 0
        self._clock = asyncio.get_running_loop().time
        self._until = self._clock() + limits.age

    @property
    def takes_more(self) -> bool:
        """Whether another mail may be begun on it."""
        return self.mails < self.limits.mails and self._clock() < self._until


async def begin(server: Server, helo: str, tls: ssl.SSLContext | None, limits: Limits) -> Session:
    """Connect, and return a session that is ready for mails; raise Away."""
    dialogue = Dialogue()
    try:
        await _connect(dialogue, server, tls, limits)
        _wanted(220, await dialogue.reply(limits.command))
        offers = await _hello(dialogue, helo, limits)
        if tls and server.scheme == "smtp+starttls":
            offers = await _encrypt(dialogue, offers, server, helo, tls, limits)
        if server.user is not None:
            await _sign_in(dialogue, offers, server.user, server.password or "", limits)
    except (Broken, OSError) as why:
        dialogue.hang_up()
        raise Away(without_addresses(str(why) or type(why).__name__)) from why
    except BaseException:
        dialogue.hang_up()
        raise
    return Session(dialogue, offers, limits)


async def _connect(dialogue: Dialogue, server: Server, tls: ssl.SSLContext | None, limits: Limits) -> None:
    at_once = tls if server.scheme == "smtps" else None
    async with asyncio.timeout(limits.connect):
        await asyncio.get_running_loop().create_connection(
            lambda: dialogue,
            server.host,
            server.port,
            ssl=at_once,
            server_hostname=server.host if at_once else None,
        )


async def _hello(dialogue: Dialogue, helo: str, limits: Limits) -> Offers:
    reply = _wanted(250, await dialogue.ask(f"EHLO {helo}".encode("ascii"), limits.command))
    offers: dict[str, str] = {}
    for line in reply.text.split("\n")[1:]:
        name, _, parameters = line.replace("=", " ").partition(" ")
        offers[name.upper()] = parameters.strip()
    return offers


async def _encrypt(
    dialogue: Dialogue, offers: Offers, server: Server, helo: str, tls: ssl.SSLContext, limits: Limits
) -> Offers:
    """Go on in TLS, and ask anew what is offered: what was said before may be anybody's."""
    if "STARTTLS" not in offers:
        raise Broken("it offers no STARTTLS")
    _wanted(220, await dialogue.ask(b"STARTTLS", limits.command))
    await dialogue.encrypt(tls, server.host, limits.connect)
    return await _hello(dialogue, helo, limits)


async def _sign_in(dialogue: Dialogue, offers: Offers, user: str, password: str, limits: Limits) -> None:
    mechanisms = offers.get("AUTH", "").upper().split()
    if "PLAIN" in mechanisms:
        secret = b64encode(f"\0{user}\0{password}".encode())
        _wanted(235, await dialogue.ask(b"AUTH PLAIN " + secret, limits.command))
    elif "LOGIN" in mechanisms:
        _wanted(334, await dialogue.ask(b"AUTH LOGIN", limits.command))
        _wanted(334, await dialogue.ask(b64encode(user.encode()), limits.command))
        _wanted(235, await dialogue.ask(b64encode(password.encode()), limits.command))
    else:
        raise Broken("it offers neither AUTH PLAIN nor AUTH LOGIN")


def _wanted(code: int, reply: Reply) -> Reply:
    if reply.code != code:
        raise Broken(said(reply.code, reply.text))
    return reply
