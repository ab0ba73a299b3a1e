"""The sandbox's inside: a process that reads one file, writes it anew and ends.

It is started by `sandbox.py` with the kind of file as its argument, the file as its input and a
file for its output. It loads what it needs, gives up opening anything more (no file, no socket)
and growing, and only then reads. Its answer is a line of JSON, and after it the clean file.
"""

import json
import resource
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from app.imports.receipts.verdict import PDF, Clean, RefusedError, Trouble

MEMORY: Final = 1024**3
CPU_SECONDS: Final = 15
# What is written anew may be larger than what came, by a better quality than it had.
LARGEST: Final = 32 * 1024**2
_LIMITS: Final = (
    (resource.RLIMIT_AS, MEMORY),
    (resource.RLIMIT_CPU, CPU_SECONDS),
    (resource.RLIMIT_FSIZE, LARGEST),
    (resource.RLIMIT_CORE, 0),
    (resource.RLIMIT_NPROC, 0),
    (resource.RLIMIT_NOFILE, 0),
)


def main() -> None:
    """Judge the file on the input; ends with an error where the file breaks its reader."""
    kind = sys.argv[1]
    module = import_module(f"app.imports.receipts.{'pdfs' if kind == PDF else 'images'}")
    for limit, value in _LIMITS:
        resource.setrlimit(limit, (value, value))
    told, content = judge(module.clean, sys.stdin.buffer.read(), kind)
    out = sys.stdout.buffer
    out.write(json.dumps(told).encode() + b"\n")
    out.write(content)
    out.flush()


def judge(
    clean: Callable[[bytes, str], Clean], data: bytes, kind: str
) -> tuple[dict[str, Any], bytes]:
    """Give what to tell of a file, and the clean file where there is one."""
    try:
        made = clean(data, kind)
    except RefusedError as error:
        return {"refused": error.refusal}, b""
    except (MemoryError, RecursionError):
        return {"trouble": Trouble.DEMANDING}, b""
    except Exception:  # noqa: BLE001  whatever a hostile file makes of its reader
        return {"trouble": Trouble.UNREADABLE}, b""
    if len(made.content) >= LARGEST:
        return {"trouble": Trouble.DEMANDING}, b""
    told = made._asdict()
    return {"clean": {**told, "content": len(told["content"])}}, made.content
