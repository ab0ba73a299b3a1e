"""Becomes another program that dies with its parent, as another account where that is asked.

Run as a script, by path, with nothing but the standard library, so that it starts in milliseconds:
`child.py PARENT SIGNAL ACCOUNT FOLDER PROGRAM [ARGUMENT ...]`. A script and not a `preexec_fn`,
because Python code between fork and exec may deadlock in a process with threads.
"""

import ctypes
import os
import signal
import sys
from pathlib import Path

SAME = "same"
"""ACCOUNT: stay who we are."""
USERNS = "userns"
"""ACCOUNT: root outside, `nobody` inside a user namespace; PostgreSQL refuses to run as root."""

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000
_NOBODY = 65534


def script(die_by: signal.Signals, account: str, folder: Path, program: list[str]) -> list[str]:
    """Return the command line that runs `program` in `folder` through this file.

    `account` is SAME, USERNS or `uid:gid`; on Linux the program gets `die_by` when the calling
    thread ends, so call it from one that lives as long as the program should.
    """
    through = [sys.executable, "-I", "-S", str(Path(__file__).resolve())]
    return [*through, str(os.getpid()), str(int(die_by)), account, str(folder), *program]


def main(arguments: list[str]) -> None:
    """Take the account, the folder and the death signal, then exec; raises OSError."""
    parent, die_by, account, folder, *program = arguments
    take(account)
    if sys.platform == "linux":
        # After the account: a change of user clears the signal.
        _checked(_libc().prctl(_PR_SET_PDEATHSIG, int(die_by), 0, 0, 0))
    if os.getppid() != int(parent):
        sys.exit("the parent ended before its child began")
    # The folder last and as the new account: what it cannot enter must fail here.
    os.chdir(folder)
    os.execv(program[0], program)  # noqa: S606  no shell is the point


def take(account: str) -> None:
    """Become the account; raises OSError where the kernel or the container forbids it."""
    if account == USERNS:
        # Group before user: only so does an unprivileged writer get its single mapping.
        uid, gid = os.getuid(), os.getgid()
        _checked(_libc().unshare(_CLONE_NEWUSER))
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/gid_map").write_text(f"{_NOBODY} {gid} 1")
        Path("/proc/self/uid_map").write_text(f"{_NOBODY} {uid} 1")
    elif account != SAME:
        user, group = (int(part) for part in account.split(":"))
        os.setgroups([])
        os.setgid(group)
        os.setuid(user)


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    main(sys.argv[1:])
