import logging
import sys

import orjson
import structlog


class _Libraries(logging.Handler):
    """Libraries' own lines, as JSON and without what can quote values: arguments, tracebacks, and
    lines after the first, where asyncio writes what a task failed by.
    """

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        log = structlog.get_logger(record.name)
        event = str(record.msg).partition("\n")[0]
        log.log(record.levelno, event, library=record.name, error=error)


def configure(level: str) -> None:
    """Write one JSON object a line to standard output; only named fields, never a body."""
    logging.basicConfig(level=logging.WARNING, handlers=[_Libraries()], force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(serializer=orjson.dumps),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        cache_logger_on_first_use=True,
    )
