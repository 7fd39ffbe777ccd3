"""What a path is mounted on, from Linux's list of mounts (proc_pid_mountinfo(5))."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

MOUNTINFO = "/proc/self/mountinfo"

_ESCAPED = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True)
class Mount:
    """Where something is mounted, the folder of the file system that is there, and its type."""

    point: str
    root: str
    kind: str


def mountinfo() -> str:
    """Return the mounts as this process sees them; empty where the system does not tell."""
    try:
        with open(MOUNTINFO, "rb") as file:
            return os.fsdecode(file.read())
    except OSError:
        return ""


def mount_of(path: str, text: str) -> Mount | None:
    """Return the mount that holds a real path: the longest point above it, the latest of alikes."""
    above = [m for m in _mounts(text) if PurePosixPath(path).is_relative_to(m.point)]
    return max(reversed(above), key=lambda mount: len(mount.point), default=None)


def _mounts(text: str) -> Iterator[Mount]:
    for line in text.split("\n"):
        # 36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/sda1 rw
        before, separator, after = line.partition(" - ")
        if separator and len(fields := before.split(" ")) > 4 and after:
            yield Mount(_unescaped(fields[4]), _unescaped(fields[3]), after.split(" ")[0])


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), text)
