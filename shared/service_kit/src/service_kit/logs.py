"""Structured logs with an allow-list of fields: what isn't on it is left out, so no name, number or address can slip in."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog
from structlog.types import EventDict, WrappedLogger

ALLOWED_FIELDS = frozenset(
    {
        "address", "aggregate", "attempts", "causation_id", "code", "command", "consumer", "correlation_id", "count",
        "durable", "error", "event", "event_id", "event_type", "group", "key", "level", "logger", "milliseconds",
        "organisation", "participant_id", "port", "position", "provider", "reason", "route", "seconds", "sender", "service",
        "state", "status", "stream", "timestamp", "work",
    }
)  # fmt: skip


def keep_allowed_fields(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop every field that isn't on the list, and say which were dropped by name."""
    dropped = sorted(set(event) - ALLOWED_FIELDS - {"_record", "_from_structlog"})
    kept: MutableMapping[str, Any] = {name: value for name, value in event.items() if name not in dropped}
    if dropped:
        kept["reason"] = f"fields left out: {', '.join(dropped)}"
    return kept


def _describe_foreign(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    # A library's exception text may carry values; its kind is enough to look for.
    information = event.pop("exc_info", None)
    if information:
        kind = information[0] if isinstance(information, tuple) else type(information)
        event["error"] = getattr(kind, "__name__", str(kind))
    return event


def configure(*, service: str, level: str = "info") -> None:
    """Write one JSON object a line to standard output, for our own logs and the libraries' warnings."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _describe_foreign,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                keep_allowed_fields,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("limber").setLevel(level.upper())
    structlog.contextvars.bind_contextvars(service=service)


def logger() -> structlog.stdlib.BoundLogger:
    """Return the logger of Limber's own code."""
    bound: structlog.stdlib.BoundLogger = structlog.get_logger("limber")
    return bound
