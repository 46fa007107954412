"""The smallest service of our kind, beside which ours are measured: FastAPI, one FastStream subscriber, nothing to do.

python -m bench.empty_service PORT, with AMQP_URL and QUEUE in the environment.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from faststream.rabbit import RabbitBroker, RabbitQueue

broker = RabbitBroker(os.environ["AMQP_URL"])


@broker.subscriber(RabbitQueue(os.environ["QUEUE"], declare=False))
async def hear(body: bytes) -> None:
    """Do nothing."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Consume for as long as the application runs."""
    await broker.start()
    yield
    await broker.stop()


app = FastAPI(lifespan=lifespan)


@app.get("/readyz")
async def readyz() -> dict[str, bool]:
    """Answer at all: the application does so once it consumes."""
    return {"ready": await broker.ping(timeout=1)}


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", log_config=None, access_log=False)
