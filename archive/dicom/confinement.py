"""Giving up, for good, what a process that decodes strangers' frames has no need of.

After `confine` it can't open a file, a socket or another program, nor write, fork, trace or signal; it can compute,
take memory up to a limit, and speak on what it has open already. Everything it may import must be imported before.
Linux only; without seccomp (another machine kind, a kernel that forbids it) the resource limits alone hold.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
from pathlib import Path
from typing import Final

_NICENESS: Final = 2
_OPEN_FILES: Final = 16
_OUT_OF_MEMORY_SCORE: Final = "500"

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_SECCOMP_MODE_FILTER: Final = 2

# Classic BPF, as linux/filter.h and linux/seccomp.h number it; offsets are those of struct seccomp_data.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM
_NOT_IMPLEMENTED: Final = 0x00050000 | errno.ENOSYS
_CLONE_THREAD: Final = 0x00010000
_X32_CALLS: Final = 0x40000000

# By machine: AUDIT_ARCH, clone, clone3, and the calls refused (asm/unistd.h):
# open openat openat2 open_by_handle_at creat · socket socketpair connect accept accept4 bind listen · io_uring_setup
# execve execveat fork vfork · kill tkill pidfd_open pidfd_getfd pidfd_send_signal ptrace process_vm_readv/_writev
# unlink(at) rename(at)(2) · mount unshare setns bpf perf_event_open userfaultfd add_key request_key keyctl
_MACHINES: Final[dict[str, tuple[int, int, int, tuple[int, ...]]]] = {
    "x86_64": (
        0xC000003E,
        56,
        435,
        (
            *(2, 257, 437, 304, 85, 41, 53, 42, 43, 288, 49, 50, 425),
            *(59, 322, 57, 58, 62, 200, 434, 438, 424, 101, 310, 311),
            *(87, 263, 82, 264, 316, 165, 272, 308, 321, 298, 323, 248, 249, 250),
        ),
    ),
    "aarch64": (
        0xC00000B7,
        220,
        435,
        (
            *(56, 437, 265, 198, 199, 203, 202, 242, 200, 201, 425),
            *(221, 281, 129, 130, 434, 438, 424, 117, 270, 271),
            *(35, 38, 276, 40, 97, 268, 280, 241, 282, 217, 218, 219),
        ),
    ),
}


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_ushort), ("true", ctypes.c_ubyte), ("false", ctypes.c_ubyte), ("k", ctypes.c_uint))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.POINTER(_Instruction)))


def confine(address_space: int) -> bool:
    """Limit this process; False when the kernel gave no system call filter and only the resource limits hold.

    `address_space` is in bytes and counts what is mapped already.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop, not its terminal
    os.nice(_NICENESS)
    with contextlib.suppress(OSError):
        # Should the machine run out of memory, this process goes first, not the database.
        Path("/proc/self/oom_score_adj").write_text(_OUT_OF_MEMORY_SCORE)
    for limit, value in (
        (resource.RLIMIT_AS, address_space),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))
    return _filter_system_calls()


def _filter_system_calls() -> bool:
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    instructions = [_Instruction(*instruction) for instruction in _instructions(*machine)]
    program = _Program(len(instructions), (_Instruction * len(instructions))(*instructions))
    library = ctypes.CDLL(None)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    answer: int = library.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
    return answer == 0


def _instructions(architecture: int, clone: int, clone3: int, refused: tuple[int, ...]) -> list[tuple[int, ...]]:
    """(code, instructions to skip if true, if false, operand): refuse some calls, allow the rest.

    Threads may be made, processes not: clone counts its flags, and clone3, whose flags a filter can't see, pretends
    not to exist, upon which the C library uses clone.
    """
    checks = [(_EQUAL, call) for call in refused]
    if platform.machine() == "x86_64":
        checks.insert(0, (_AT_LEAST, _X32_CALLS))
    # Behind the checks: 0 clone3? 1 clone? 2 allow 3 load flags 4 thread? 5 refuse 6 allow 7 not implemented
    body = [(code, len(checks) - index - 1 + 5, 0, operand) for index, (code, operand) in enumerate(checks)]
    return [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER),
        *body,
        (_EQUAL, 6, 0, clone3),
        (_EQUAL, 1, 0, clone),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 1, 0, _CLONE_THREAD),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _NOT_IMPLEMENTED),
    ]
