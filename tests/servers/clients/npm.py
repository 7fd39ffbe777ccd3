"""Clients that npm installs, each in a copy of its folder, as its lock file says."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.servers.example import PROJECT
from tests.servers.serving import need


class Client:
    """A folder of example_project/clients with its packages."""

    def __init__(self, name: str, place: Path) -> None:
        need(shutil.which("npm"), "npm")
        self.folder = place / name
        made = shutil.ignore_patterns("node_modules", "dist", "api", "schema.d.ts")
        shutil.copytree(PROJECT / "clients" / name, self.folder, ignore=made)
        self.run("npm", "ci", "--no-audit", "--no-fund", "--prefer-offline")

    def run(self, *command: str, **environment: str) -> str:
        """Run a command of npm or of a package, and return what it prints."""
        packages = self.folder / "node_modules" / ".bin"
        path = f"{packages}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "PATH": path, "no_proxy": "*", **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout
