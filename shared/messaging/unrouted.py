"""What no queue wanted, for an operator: which events, from whom, and another try once somebody is bound to them."""

import argparse

from aiormq.exceptions import ChannelAccessRefused

from shared.errors import Trouble
from shared.messaging import topology
from shared.messaging.parked import held


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add `list` and `replay`."""
    acts = parser.add_subparsers(dest="act", required=True, metavar="act")
    acts.add_parser("list", help="show their exchanges, routing keys and ids")
    acts.add_parser("replay", help="publish them again where they came from (AMQP_URL: a user who may write there)")


async def run(amqp_url: str, act: str) -> list[str]:
    """Carry out `unrouted list` or `unrouted replay`, and return the lines to print.

    A message leaves the queue only once the broker has it again; one that still nobody wants comes back.

    Raises:
        Trouble: the user may not write to the exchange of a message.
    """
    async with held(amqp_url, topology.UNROUTED) as (channel, messages):
        if act == "list":
            return [f"{m.exchange}  {m.routing_key}  {m.headers.get('ce-id') or m.message_id!s}" for m in messages]
        for message in messages:
            exchange = await channel.get_exchange(message.exchange or "", ensure=False)
            try:
                await exchange.publish(message, message.routing_key or "", timeout=10)
            except ChannelAccessRefused:
                raise Trouble(f"this user may not write to {message.exchange}: set AMQP_URL to one who may") from None
            await message.ack()
        return [f"{len(messages)} published again"]
