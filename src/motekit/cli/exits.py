"""How every verb ends: exit code and one line, or one JSON object, that says why."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable

import typer
from typer.exceptions import TyperException

from motekit.core.errors import InputError, MachineError, MotekitError

INTERRUPTED = 130
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS)


class Stopped(Exception):
    """Ctrl-C ended what a verb did until then, as it should: the verb has said what was kept."""


def _as_motekit_error(error: BaseException) -> MotekitError | None:
    """Errors that say what happened already, under our exit codes."""
    if isinstance(error, MotekitError):
        return error
    if isinstance(error, FileNotFoundError):
        return InputError("no such file or folder", where=error.filename, way_out="check the path")
    if isinstance(
        error, PermissionError | IsADirectoryError | NotADirectoryError | FileExistsError
    ):
        return InputError(os.strerror(error.errno or 0), where=error.filename,
                          way_out="check the path and its permissions")  # fmt: skip
    if isinstance(error, OSError) and error.errno in FULL:
        return MachineError(
            os.strerror(error.errno or 0),
            where=error.filename,
            way_out="free some space and run the same command again; finished work is kept",
        )
    if isinstance(error, MemoryError):
        return MachineError("out of memory")
    return None


def _report(error: MotekitError, json_mode: bool) -> int:
    if json_mode:
        print(json.dumps(error.as_dict()))
    else:
        print(f"motekit: {error.line()}", file=sys.stderr)
    return error.exit_code


def guarded(run: Callable[[], object], json_mode: bool) -> int:
    """Run a verb and turn whatever happens into an exit code.

    0 fine · 1 a promise failed · 2 wrong use or input · 3 the machine failed · 130 interrupted.
    With MOTEKIT_DEBUG set, unexpected errors keep their traceback.
    """
    try:
        outcome = run()
        if outcome == INTERRUPTED:  # what typer makes of KeyboardInterrupt
            return _interrupted()
        return outcome if isinstance(outcome, int) else 0
    except Stopped:
        return INTERRUPTED
    except (KeyboardInterrupt, EOFError):
        return _interrupted()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _explain(error, json_mode)


def _interrupted() -> int:
    print("\nmotekit: interrupted; run the same command again to go on", file=sys.stderr)
    return INTERRUPTED


def _explain(error: Exception, json_mode: bool) -> int:
    if isinstance(error, typer.Abort):
        return _interrupted()
    if isinstance(error, TyperException):
        what = error.format_message().rstrip(".")
        if "\n" in what and not json_mode:  # the help of a verb that needs another word
            print(what, file=sys.stderr)
            return InputError.exit_code
        return _report(InputError(what, way_out="see --help"), json_mode)
    known = _as_motekit_error(error)
    if known is not None:
        return _report(known, json_mode)
    if os.environ.get("MOTEKIT_DEBUG"):
        raise error
    unexpected = MachineError(
        f"unexpected {type(error).__name__}: {error}",
        way_out="this is a fault of motekit; set MOTEKIT_DEBUG=1 and report the traceback",
    )
    return _report(unexpected, json_mode)
