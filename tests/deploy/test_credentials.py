"""The definitions of the broker: what is committed, and what is generated beside it."""

import base64
import hashlib
import json
from pathlib import Path

import aio_pika

from deploy.local.outside import Outside, import_definitions
from deploy.local.passwords import Passwords
from deploy.rabbitmq.credentials import COMMITTED, password_hash, write_definitions
from tests.support.broker import Broker


def test_no_password_is_committed() -> None:
    committed = "".join(path.read_text() for path in COMMITTED.iterdir())

    assert "password" not in committed


def test_a_password_is_stored_as_a_salted_hash() -> None:
    stored = base64.b64decode(password_hash("secret"))

    salt, digest = stored[:4], stored[4:]
    assert digest == hashlib.sha256(salt + b"secret").digest()
    assert password_hash("secret") != password_hash("secret")


def test_what_is_generated_is_loaded_last_and_hidden_from_others(tmp_path: Path) -> None:
    passwords = Passwords.random()

    write_definitions(tmp_path / "definitions", passwords.users)

    *committed, generated = sorted((tmp_path / "definitions").iterdir())
    assert [path.read_text() for path in committed] == [path.read_text() for path in sorted(COMMITTED.iterdir())]
    assert generated.stat().st_mode & 0o777 == 0o600
    assert all(user["password_hash"] for user in json.loads(generated.read_text())["users"])


async def test_definitions_come_into_a_running_broker_without_locking_anybody_out(broker: Broker) -> None:
    outside = Outside(amqp_url=broker.url("operator"), rabbitmq_management_url=broker.address.management_url)

    address = await import_definitions(outside, broker.passwords)

    for user in ("operator", "membership", "meetings", "notifications", "register", "erp"):
        connection = await aio_pika.connect(address.url(user, broker.passwords.of_user(user)))
        await connection.close()
