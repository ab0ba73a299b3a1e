"""What a result was measured on."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("fastapi", "starlette", "uvicorn", "asyncpg", "sqlalchemy", "pydantic", "orjson")


def facts(postgres: str) -> list[tuple[str, str]]:
    """Name machine and versions; no names of people or places."""
    return [
        ("Processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("Memory", f"{_memory_gib():.0f} GiB"),
        ("System", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        ("PostgreSQL", postgres),
        *((name, version(name)) for name in _PACKAGES),
    ]


def load() -> str:
    """Tell how many processes wanted to run, on average over 1, 5 and 15 minutes."""
    return " ".join(f"{each:.1f}" for each in os.getloadavg())


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
