"""The web part of notifications, as its operators and the secretariat reach it, and its command line."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from services.notifications.app import build
from services.notifications.settings import Settings
from shared.clock import Clock
from tests.notifications.builders import NOW
from tests.support.databases import ServiceDatabase

TOKEN = "a token of an operator"


def web_part(database: ServiceDatabase, now: Clock = lambda: NOW) -> FastAPI:
    """Return the application of a process that runs nothing else."""
    facts = {
        "database_url": database.runtime_url,
        "amqp_url": "amqp://127.0.0.1",
        "operator_token": TOKEN,
        "smtp_url": "smtp://127.0.0.1",
        "link_secret": "a secret of thirty-two characters",
        "answer_secret": "another secret of thirty-two characters",
        "meetings_url": "https://post.netvaerk.example/meetings",
        "public_url": "https://post.netvaerk.example",
        "mail_domain": "mail.netvaerk.example",
        "mail_from": "moede@mail.netvaerk.example",
        "reply_to": "sekretariat@netvaerk.example",
        "journal_dir": "/var/lib/notifications",
    }
    return build(Settings.model_validate(facts), ["web"], now)


@asynccontextmanager
async def caller(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Lend a client that has the operator's token."""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://notifications",
            headers={"Authorization": f"Bearer {TOKEN}"},
        ) as client,
    ):
        yield client


async def command(database: ServiceDatabase, *words: str) -> tuple[int, str]:
    """Run a command of the service; return its status, and what it says."""
    told = {
        "DATABASE_URL": database.runtime_url,
        "MAIL_DOMAIN": "mail.netvaerk.example",
        "PATH": os.environ["PATH"],
    }
    called = [sys.executable, "-m", "services.notifications", *words]
    running = await asyncio.create_subprocess_exec(*called, env=told, stdout=PIPE, stderr=STDOUT)
    said, _ = await running.communicate()
    return running.returncode or 0, said.decode()
