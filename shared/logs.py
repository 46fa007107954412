"""Logs are JSON, one object a line on standard error, never with a name or an address of a person."""

import json
import logging
import sys
import traceback

import structlog
from pydantic_core import to_json
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger


def configure(service: str, level: str) -> None:
    """Write everything as JSON: what we log by the shortest way, what libraries log through the standard library."""
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_what_errors_say,
    ]
    structlog.configure(
        processors=[_with_logger_name, *common, structlog.processors.JSONRenderer(serializer=_octets)],
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        logger_factory=structlog.BytesLoggerFactory(sys.stderr.buffer),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(level.upper())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *common],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_text),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for noisy in ("aiormq", "aio_pika", "uvicorn.access", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)


def get(name: str) -> FilteringBoundLogger:
    """Return a logger; pass facts as keywords, and the correlation id wherever there is one."""
    logger: FilteringBoundLogger = structlog.get_logger(source=name)
    return logger


def _with_logger_name(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["logger"] = event.pop("source")
    return event


def _octets(event: EventDict, **_: object) -> bytes:
    try:
        return to_json(event, fallback=repr)
    except ValueError:  # octets, or half a character
        return json.dumps(event, default=repr).encode()


def _text(event: EventDict, **_: object) -> str:
    return _octets(event).decode()


def _without_what_errors_say(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Show of an error what it is and where it was raised: its text may quote a person's name or address."""
    error = event.pop("exc_info", None)
    if error is True:
        error = sys.exc_info()
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["exception"] = "".join(_told(error))
    return event


def _told(error: BaseException, *after: BaseException) -> list[str]:
    """Tell an error after those that led to it; libraries are known to let them lead to each other in a circle."""
    lines = [*traceback.format_tb(error.__traceback__), f"{type(error).__module__}.{type(error).__qualname__}"]
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is None or cause in (error, *after):
        return lines
    return [*_told(cause, error, *after), "\n\nthen:\n", *lines]
