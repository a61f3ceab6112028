"""A rename that refuses to replace what is there: Linux's renameat2(2), which Python does not offer.

Linking the new name and then removing the old one does nearly the same, but a crash in between leaves one file with
two names, and whoever opens the old one to write destroys an object.
"""

from __future__ import annotations

import ctypes
import errno
import os
from pathlib import Path

_AT_FDCWD = -100
_RENAME_NOREPLACE = 1

# Missing in other C libraries than glibc and newer musl, and outside Linux.
_renameat2 = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)


def rename_without_replacing(source: Path, target: Path) -> None:
    """Give the file `source` the name `target`, in one step, unless that name is taken.

    Where system or file system can't (NFS), the names are linked and unlinked one after the other.

    Raises: FileExistsError, and whatever else `os.rename` raises; `source` then keeps its name.
    """
    if _renameat2 is not None:
        names = os.fsencode(source), os.fsencode(target)
        if _renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_NOREPLACE) == 0:
            return
        problem = ctypes.get_errno()
        if problem not in (errno.EINVAL, errno.ENOSYS):
            raise OSError(problem, os.strerror(problem), str(source), None, str(target))
    os.link(source, target)
    source.unlink()
