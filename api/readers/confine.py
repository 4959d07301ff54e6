"""On Linux a child gives up what no job of it needs: new network connections, starting programs, looking into other processes.

A filter of system calls (seccomp, ``man 2 seccomp``) is put on the process by its own code, stays on its threads, and cannot be
taken off. What it refuses fails with EPERM. It is the last wall: the guard of texts refuses SERVICE and LOAD before.
"""

from __future__ import annotations

import ctypes
import platform
import struct
import sys
from collections.abc import Mapping
from typing import Final, NamedTuple


class Machine(NamedTuple):
    """One processor architecture.

    Attributes:
        audit: its number in ``linux/audit.h``.
        most: system calls above this one belong to another calling convention, which would pass by the list.
        refused: numbers of the refused system calls: socket, connect, bind, listen, accept, accept4, execve, execveat, ptrace,
            process_vm_readv, process_vm_writev, io_uring_setup (which opens sockets by itself), bpf.
    """

    audit: int
    most: int
    refused: tuple[int, ...]


MACHINES: Final[Mapping[str, Machine]] = {
    "x86_64": Machine(0xC000003E, 0x3FFFFFFF, (41, 42, 49, 50, 43, 288, 59, 322, 101, 310, 311, 425, 321)),
    "aarch64": Machine(0xC00000B7, 0x7FFFFFFF, (198, 203, 200, 201, 202, 242, 221, 281, 117, 270, 271, 425, 280)),
}
"""Machine as :func:`platform.machine` says it, to its numbers (``asm/unistd.h`` of the kernel)."""

_NO_NEW_PRIVILEGES: Final = 38
_SECCOMP: Final = 22
_FILTER: Final = 2
_LOAD, _EQUAL, _GREATER, _RETURN = 0x20, 0x15, 0x25, 0x06
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | 1  # EPERM


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def confine(network: bool = False) -> str:
    """Confine this process for good.

    Args:
        network: whether it may open connections after all, since an endpoint keeps the store; it may not take any.

    Returns:
        Why it could not be done; empty when it was.
    """
    if sys.platform != "linux":
        return f"{sys.platform} has no filter of system calls"
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return f"the system calls of {platform.machine()} are not known here"
    code = program(machine._replace(refused=machine.refused[3:]) if network else machine)
    libc = ctypes.CDLL(None, use_errno=True)
    told = _Program(len(code) // 8, code)
    if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SECCOMP, _FILTER, ctypes.byref(told), 0, 0):
        return f"the kernel refuses the filter of system calls (errno {ctypes.get_errno()})"
    return ""


def program(machine: Machine) -> bytes:
    """The filter, as the kernel wants it: other architectures and the refused calls fail, all else passes."""
    count = len(machine.refused)
    steps = (  # code, steps to skip when it is so, when it is not, value; what is refused leads to the last step
        (_LOAD, 0, 0, 4),  # the architecture
        (_EQUAL, 0, count + 3, machine.audit),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_GREATER, count + 1, 0, machine.most),
        *((_EQUAL, count - place, 0, number) for place, number in enumerate(machine.refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    )
    return b"".join(struct.pack("HBBI", *step) for step in steps)
