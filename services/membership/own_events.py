"""What membership hears of our own services, and the use case that each leads to."""

from collections.abc import Sequence

from shared.contracts.notifications import AddressUnreachable, PreferencesChanged
from shared.database.pool import Connection
from shared.messaging.inbox import Inbox

from . import use_cases


def subscribe(inbox: Inbox) -> None:
    """Register every subscriber of membership; what other systems report comes by the open event door."""

    @inbox.hears(PreferencesChanged)
    async def on_preferences_changed(conn: Connection, events: Sequence[PreferencesChanged]) -> None:
        """Keep which language people have chosen themselves."""
        await use_cases.keep_own_languages(conn, events)

    @inbox.hears(AddressUnreachable)
    async def on_address_unreachable(conn: Connection, events: Sequence[AddressUnreachable]) -> None:
        """Keep to which addresses mail is refused."""
        await use_cases.keep_unreachable(conn, events)
