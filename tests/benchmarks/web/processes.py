"""What a process takes, as Linux tells it: memory, and time of processors."""

import os
from collections.abc import Collection
from pathlib import Path


def peak(pid: int) -> float:
    """Return the most mebibytes that a process has held since it began or was reset (Linux)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def reset_peak(pid: int) -> None:
    """Forget the peak, so that the next one counts from what the process holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def processor_time(pids: Collection[int]) -> float:
    """Return the seconds of processes and of their children that still run."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            values = path.read_text().rpartition(")")[2].split()
        except OSError:  # It has ended.
            continue
        if int(path.parent.name) in pids or int(values[1]) in pids:
            ticks += int(values[11]) + int(values[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def precise_time(pids: Collection[int]) -> float:
    """Return the seconds of processes, of all their threads that still run, to the microsecond.

    Of what runs right now the kernel knows no more than what was there at its last tick.
    """
    spent = 0
    for pid in pids:
        for path in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            spent += int(path.read_text().split()[0])
    return spent / 1e9


def family(pid: int | None = None) -> list[int]:
    """Return a process (this one) and all that descend from it and still run."""
    pid = pid or os.getpid()
    children = Path(f"/proc/{pid}/task").glob("*/children")
    found = [int(child) for path in children for child in path.read_text().split()]
    return [pid, *(one for child in found for one in family(child))]
