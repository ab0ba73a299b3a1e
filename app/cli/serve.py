from app.cli import commands


@commands.command()
def serve() -> None:
    """Serve the API on EVERYVOICE_HOST and EVERYVOICE_PORT until told to stop."""
    import signal
    import sys

    import uvicorn

    from app.core import logging
    from app.main import create_app
    from app.settings import Settings

    settings = Settings()
    logging.configure(settings.log_level)
    # The server drains first and then raises the signal again: a clean end is no death by signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=10,
        proxy_headers=False,
    )


@commands.command()
def worker() -> None:
    """Drain the inbox, order the change log and run the jobs until told to stop."""
    import asyncio
    import signal

    from app.clients import post
    from app.core import logging
    from app.settings import Settings
    from app.worker import feeds, loop

    settings = Settings()
    logging.configure(settings.log_level)

    async def work() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        polled = feeds.polled(settings)
        await loop.run(settings.database.url, stop, carriers=post.of(settings), polled=polled)

    asyncio.run(work())


@commands.command()
def migrate() -> None:
    """Bring the database to the newest schema, with its roles and the trust it belongs to."""
    from app import migrate as migrations
    from app.settings import Settings

    settings = Settings()
    migrations.upgrade(settings.database.url)
    migrations.name_trust(settings.database.url, settings.trust.ods_code, settings.trust.name)
