# SPDX-License-Identifier: Apache-2.0
"""Everything a driver starts is ended: at its own end, on failure, on Ctrl-C, and by the
kernel should the driver be killed."""

import atexit
import contextlib
import ctypes
import os
import signal
import socket
import random
import subprocess
import sys

_libc = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_started = []


def _die_with_parent():
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.setsid()


def start(arguments, **options):
    """A process that ends with this one. Start from the main thread: the kernel looks at the thread."""
    process = subprocess.Popen(arguments, preexec_fn=_die_with_parent, **options)
    _started.append(process)
    return process


def end(process, gently_s=10.0):
    """SIGTERM, and SIGKILL if that is not enough; gives the exit status."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(gently_s)
        except subprocess.TimeoutExpired:
            process.kill()
    with contextlib.suppress(ValueError):
        _started.remove(process)
    return process.wait()


def kill(process):
    if process.poll() is None:
        process.kill()
    with contextlib.suppress(ValueError):
        _started.remove(process)
    return process.wait()


@atexit.register
def _end_all():
    for process in list(_started):
        if process.poll() is None:
            process.kill()
    for process in list(_started):
        process.wait()


def _exit(number, _frame):
    sys.exit(128 + number)


for _signal in (signal.SIGTERM, signal.SIGHUP):
    signal.signal(_signal, _exit)

_chosen = set()


def free_port():
    """Below the kernel's range for outgoing connections, so that it is still free after a restart."""
    while True:
        port = random.SystemRandom().randrange(15000, 32000)
        if port in _chosen:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        _chosen.add(port)
        return port
