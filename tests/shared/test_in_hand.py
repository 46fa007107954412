"""What is acknowledged, and when: never past a message that is not settled."""

import asyncio
from typing import cast

import pytest
from aiormq.abc import AbstractChannel
from aiormq.exceptions import ChannelInvalidStateError

from shared.messaging import in_hand as in_hand_module
from shared.messaging.deliveries import Message
from shared.messaging.in_hand import InHand


class Channel:
    """The far end: writes down what it is told. Only the broker's side of a channel is played here."""

    def __init__(self) -> None:
        self.told: list[tuple[str, int]] = []
        self.closed = False

    async def basic_ack(self, tag: int, *, multiple: bool) -> None:
        assert multiple
        if self.closed:
            raise ChannelInvalidStateError
        self.told.append(("acknowledged up to", tag))

    async def basic_reject(self, tag: int, *, requeue: bool) -> None:
        self.told.append(("again" if requeue else "refused", tag))


def delivered(channel: Channel, tag: int, consumer: str = "first") -> Message:
    return Message(cast(AbstractChannel, channel), consumer, tag, "exchange", "key", None, None, {}, b"")


def taken(in_hand: InHand, channel: Channel, count: int, *, after: int = 0, consumer: str = "first") -> list[Message]:
    messages = [delivered(channel, tag, consumer) for tag in range(after + 1, after + count + 1)]
    for message in messages:
        in_hand.take(message)
    return messages


async def soon() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_nothing_is_acknowledged_past_a_message_that_is_open() -> None:
    channel, in_hand = Channel(), InHand(10)
    one, two, three, four = taken(in_hand, channel, 4)

    in_hand.settle(four)
    in_hand.settle(two)
    await soon()
    before = list(channel.told)
    in_hand.settle(one)
    await soon()
    in_hand.settle(three)
    await soon()

    assert before == []
    assert channel.told == [("acknowledged up to", 2), ("acknowledged up to", 4)]


async def test_many_are_acknowledged_with_one_word() -> None:
    channel, in_hand = Channel(), InHand(10)

    for message in taken(in_hand, channel, 9):
        in_hand.settle(message)
    await soon()

    assert channel.told == [("acknowledged up to", 9)]


@pytest.mark.parametrize(("refused", "acknowledged"), [(1, [3]), (2, [3]), (3, [2])])
async def test_one_that_is_handed_back_is_not_acknowledged_as_the_last(refused: int, acknowledged: list[int]) -> None:
    channel, in_hand = Channel(), InHand(10)
    messages = taken(in_hand, channel, 3)

    await in_hand.refuse(messages[refused - 1], again=True)
    for message in messages:
        if message.delivery_tag != refused:
            in_hand.settle(message)
    await soon()

    assert channel.told == [("again", refused), *(("acknowledged up to", tag) for tag in acknowledged)]


async def test_what_came_by_a_channel_that_is_gone_is_acknowledged_on_no_other() -> None:
    old, new, in_hand = Channel(), Channel(), InHand(10)
    before = taken(in_hand, old, 2)
    old.closed = True
    in_hand.settle(before[0])
    await soon()

    after = taken(in_hand, new, 2)
    in_hand.settle(before[1])
    in_hand.settle(after[0])
    await soon()

    assert (old.told, new.told) == ([], [("acknowledged up to", 1)])


async def test_what_never_moves_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_hand_module, "STILL_SECONDS", 0)
    channel, in_hand = Channel(), InHand(3)
    messages = taken(in_hand, channel, 2)
    before = in_hand.trouble()

    in_hand.take(delivered(channel, 3))
    stuck = in_hand.trouble()
    in_hand.settle(messages[0])

    assert before is None
    assert stuck == "3 messages are in hand, and none was settled for 0 s"
    assert in_hand.trouble() is None


async def test_what_one_message_keeps_back_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_hand_module, "STILL_SECONDS", 0)
    channel, in_hand = Channel(), InHand(3)
    first, *others = taken(in_hand, channel, 3)

    for message in others:
        in_hand.settle(message)
    await soon()
    stuck = in_hand.trouble()
    in_hand.settle(first)
    await soon()

    assert stuck == "3 messages are in hand, and none was settled for 0 s"
    assert in_hand.trouble() is None


async def test_while_it_holds_nothing_is_acknowledged_and_then_all_of_it() -> None:
    channel, in_hand = Channel(), InHand(3)

    in_hand.hold()
    for message in taken(in_hand, channel, 3):
        in_hand.settle(message)
    await soon()
    held = list(channel.told)
    await in_hand.finish(within=5)

    assert held == []
    assert channel.told == [("acknowledged up to", 3)]


async def test_a_consumer_is_full_by_what_it_has_got_and_nobody_has_acknowledged_or_handed_back() -> None:
    channel, in_hand = Channel(), InHand(3)
    for message in taken(in_hand, channel, 2):
        in_hand.settle(message)
    await soon()
    in_hand.hold()
    third, fourth = taken(in_hand, channel, 2, after=2)
    taken(in_hand, channel, 1, after=4, consumer="second")
    await in_hand.refuse(third, again=True)
    in_hand.settle(fourth)

    is_full = {
        (consumer, most): await in_hand.full_or_quiet(consumer, most, within=0.01)
        for consumer, most in [("first", 1), ("first", 2), ("second", 1), ("second", 2)]
    }

    assert is_full == {("first", 1): True, ("first", 2): False, ("second", 1): True, ("second", 2): False}


async def test_a_consumer_to_which_nothing_comes_is_quiet() -> None:
    channel, in_hand = Channel(), InHand(3)
    taken(in_hand, channel, 1)

    in_hand.hold()

    assert await in_hand.full_or_quiet("first", 3, within=30)
