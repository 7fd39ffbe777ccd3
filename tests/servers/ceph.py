"""An S3 server that enforces every signature: the gateway of Ceph, over a store in memory."""

import shutil
import subprocess
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers import missing
from tests.servers.ports import free_port

PROGRAMS = ("radosgw", "radosgw-admin", "ceph", "ceph-mon", "ceph-osd")
ACCESS_KEY, SECRET_KEY = "documents", "not-a-secret-but-forty-characters-long!!"
STARTUP_SECONDS = 300

CONFIG = """
[global]
fsid = {fsid}
mon host = [v2:127.0.0.1:{v2},v1:127.0.0.1:{v1}]
ms bind ipv6 = false
public network = 127.0.0.0/8
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
keyring = {folder}/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
osd crush chooseleaf type = 0
run dir = {folder}
admin socket = {folder}/$name.asok
log file = {folder}/$name.log
pid file = {folder}/$name.pid
mon data = {folder}/mon
mon osd nearfull ratio = 0.97
mon osd backfillfull ratio = 0.98
mon osd full ratio = 0.99
mon data avail warn = 1
mon data avail crit = 0
[osd]
osd data = {folder}/osd
osd objectstore = memstore
memstore device bytes = 1073741824
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{http}
rgw data = {folder}/rgw
"""


class Ceph:
    """A monitor, a store and a gateway; ``bucket()`` makes a bucket and returns its options."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="event-pdfs-ceph-"))
        self.v1, self.v2, self.port = (free_port() for _ in range(3))
        self._processes: list[subprocess.Popen[bytes]] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        fsid, folder = str(uuid.uuid4()), self.folder
        ports = {"v1": self.v1, "v2": self.v2, "http": self.port}
        config = CONFIG.format(fsid=fsid, folder=folder, **ports)
        (folder / "ceph.conf").write_text(config)
        for name in ("osd", "rgw"):
            (folder / name).mkdir()
        self._start_monitor(fsid)
        self._start_store()
        self._spawn("radosgw", "-f", "-n", "client.rgw")
        self._wait()
        user = ("--uid=documents", "--display-name=documents")
        keys = (f"--access-key={ACCESS_KEY}", f"--secret-key={SECRET_KEY}")
        self._run("radosgw-admin", "user", "create", *user, *keys)

    def stop(self) -> None:
        """Stop what was started, by pid and the last first, and forget its data."""
        for process in reversed(self._processes):
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def bucket(self) -> dict[str, Any]:
        """Make an empty bucket and return the options of an ``S3Storage`` in it."""
        import boto3

        options = {
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "endpoint_url": self.endpoint,
            "region_name": "us-east-1",
            "signature_version": "s3v4",
            "addressing_style": "path",
            "bucket_name": f"documents-{uuid.uuid4().hex[:8]}",
        }
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )
        client.create_bucket(Bucket=options["bucket_name"])
        return options

    def _start_monitor(self, fsid: str) -> None:
        ring, keys = "keyring", ("--gen-key",)
        allow = ("--cap", "mon", "allow *")
        full = (*allow, "--cap", "osd", "allow *", "--cap", "mgr", "allow *")
        self._run("ceph-authtool", ring, "--create-keyring", *keys, "-n", "mon.", *allow)
        for name in ("client.admin", "client.rgw"):
            self._run("ceph-authtool", ring, *keys, "-n", name, *full)
        address = f"[v2:127.0.0.1:{self.v2},v1:127.0.0.1:{self.v1}]"
        self._run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", address, "monmap")
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", "monmap", "--keyring", ring)
        self._spawn("ceph-mon", "-f", "-i", "a")

    def _start_store(self) -> None:
        number = str(uuid.uuid4())
        self._run("ceph", "osd", "new", number)
        caps = ("--cap", "mon", "allow profile osd", "--cap", "osd", "allow *")
        self._run("ceph-authtool", "keyring", "--gen-key", "-n", "osd.0", *caps)
        self._run("ceph", "auth", "import", "-i", "keyring")
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", number)
        self._spawn("ceph-osd", "-f", "-i", "0")
        self._run("ceph", "osd", "crush", "add", "osd.0", "1.0", "root=default", "host=h")

    def _run(self, program: str, *arguments: str) -> None:
        where = () if program in ("ceph-authtool", "monmaptool") else ("-c", "ceph.conf")
        done = subprocess.run(
            [program, *where, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=STARTUP_SECONDS,
        )
        assert done.returncode == 0, f"{program} {arguments}: {done.stderr}"

    def _spawn(self, program: str, *arguments: str) -> None:
        with (self.folder / f"{program}.out").open("wb") as log:
            command = [program, "-c", "ceph.conf", *arguments]
            process = subprocess.Popen(command, cwd=self.folder, stdout=log, stderr=log)
        self._processes.append(process)

    def _wait(self) -> None:
        deadline = time.monotonic() + STARTUP_SECONDS
        while True:
            try:
                urllib.request.urlopen(self.endpoint, timeout=5).close()
            except OSError:
                assert self._processes[-1].poll() is None, "The gateway stopped."
                assert time.monotonic() < deadline, "The gateway does not answer."
                time.sleep(0.1)
            else:
                return


@pytest.fixture(scope="session")
def ceph() -> Iterator[Ceph]:
    """Return an S3 server that lasts as long as the session."""
    pytest.importorskip("storages")
    pytest.importorskip("boto3")
    if absent := [program for program in PROGRAMS if not shutil.which(program)]:
        missing(f"{', '.join(absent)} are not installed: apt install radosgw ceph-mon ceph-osd.")
    server = Ceph()
    try:
        server.start()
        yield server
    finally:
        server.stop()
