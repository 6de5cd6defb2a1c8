"""A Ceph cluster of one node with its S3 gateway: the object store that production may use, small enough for a test.

One monitor, one object store daemon, one gateway, without authentication inside; everything lies under one folder and listens
on 127.0.0.1. The processes end with the one that started them, however that ends.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import quote, urlencode

import httpx

from axis.http import tether
from demo.ports import free_port

PACKAGES = {"ceph-mon": "ceph-mon", "ceph-osd": "ceph-osd", "radosgw": "radosgw", "ceph": "ceph-common"}
"""Program → Debian package."""

START_SECONDS = 60
STOP_SECONDS = 20

_CONFIGURATION = """\
[global]
fsid = {fsid}
mon_host = [v2:127.0.0.1:{mon_port}/0,v1:127.0.0.1:{mon_old_port}/0]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_bind_ipv6 = false
ms_mon_client_mode = crc
paxos_propose_interval = 0.05
paxos_min_wait = 0.02
mon_tick_interval = 1
mon_allow_pool_size_one = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 1000
mon_data = {folder}/mon
mon_data_avail_crit = 1
mon_data_avail_warn = 2
osd_data = {folder}/osd
osd_objectstore = {backend}
osd_memory_target = 939524096
osd_default_notify_timeout = 5
osd_client_watch_timeout = 5
osd_max_pg_per_osd_hard_ratio = 10
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 8
osd_pool_default_pgp_num = 8
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
memstore_device_bytes = 4294967296
bluestore_block_create = true
bluestore_block_size = 10737418240
bluestore_fsck_on_mount = false
admin_socket =
log_file = {folder}/log/$name.log
run_dir = {folder}/run
[client]
keyring = {folder}/keyring
rgw_frontends = beast endpoint=127.0.0.1:{port}{tls}
rgw_data = {folder}/rgw
rgw_dns_name = 127.0.0.1
rgw_enable_usage_log = false
ms_mon_cluster_mode = crc
ms_mon_service_mode = crc
"""


class CephFailed(Exception):
    """A part of the cluster did not start; the message names it, and its log."""


def missing() -> list[str]:
    """Return the Debian packages that lack here, sorted; none when a cluster can be started."""
    return sorted({package for program, package in PACKAGES.items() if shutil.which(program) is None})


class Ceph:
    """A cluster in `folder`. With `bluestore` it is started again with all it held; with `memstore` each start is a new one.

    `access_key` and `secret_key` open everything; they are made anew with each new cluster. With `certificate_file` (PEM of a
    self-signed certificate for 127.0.0.1 and its key) the gateway speaks TLS at a second port.
    """

    def __init__(
        self,
        folder: Path,
        *,
        backend: Literal["memstore", "bluestore"] = "memstore",
        certificate_file: Path | None = None,
    ) -> None:
        self.folder = folder.absolute()
        self.backend = backend
        self.certificate_file = certificate_file
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def port(self) -> int:
        """Port of the gateway on 127.0.0.1."""
        return int((self.folder / "port").read_text())

    @property
    def access_key(self) -> str:
        """Names the account."""
        return (self.folder / "access-key").read_text()

    @property
    def secret_key(self) -> str:
        """Signs its requests."""
        return (self.folder / "secret-key").read_text()

    def url(self, bucket: str, **query: str) -> str:
        """Return the URL of a blob store in `bucket` here, as the settings take it; plain http unless `tls="1"`."""
        keys = f"{quote(self.access_key, safe='')}:{quote(self.secret_key, safe='')}"
        asked = {"tls": "0"} | query
        port = self.port
        if asked["tls"] == "1":
            port = int((self.folder / "tls-port").read_text())
            asked = {"ca": str(self.certificate_file)} | asked
        return f"s3://{keys}@127.0.0.1:{port}/{bucket}?{urlencode(asked)}"

    def start(self) -> None:
        """Start the cluster and wait until the gateway answers. Raises `CephFailed`."""
        fresh = self.backend == "memstore" or not (self.folder / "complete").exists()
        if fresh:
            self._lay_out()
        self._spawn("mon", "ceph-mon", "-f", "-i", "a")
        self._wait("mon", lambda: self._run("ceph", "--connect-timeout", "2", "mon", "stat", may_fail=True) != "")
        if fresh:
            self._make_osd()
        self._spawn("osd", "ceph-osd", "-f", "-i", "0")
        # A gateway that starts before the object store is up waits for minutes.
        self._wait("osd", lambda: " 1 up" in self._run("ceph", "osd", "stat", may_fail=True))
        self.start_gateway()
        if fresh:
            user = ("user", "create", "--uid=lienthong", "--display-name=lienthong")
            self._run("radosgw-admin", *user, f"--access-key={self.access_key}", f"--secret={self.secret_key}")
            (self.folder / "complete").touch()

    def start_gateway(self) -> None:
        """Start the gateway alone, over a cluster that runs; nothing happens when it runs too."""
        if "gateway" in self._processes:
            return
        self._spawn("gateway", "radosgw", "-f", "-n", "client.rgw.a")
        self._wait("gateway", self._answers)

    def stop_gateway(self) -> None:
        """Stop the gateway alone."""
        self._end("gateway")

    def pause_gateway(self) -> None:
        """Let the gateway take connections and answer none, as a machine in trouble does."""
        self._processes["gateway"].send_signal(signal.SIGSTOP)

    def resume_gateway(self) -> None:
        """Let it answer again."""
        self._processes["gateway"].send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Stop everything in the reverse order of starting, and wait for it."""
        for name in reversed(list(self._processes)):
            self._end(name)

    def _lay_out(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        for name in ("mon", "osd", "rgw", "run", "log"):
            (self.folder / name).mkdir(parents=True)
        fsid, ports = str(uuid.uuid4()), _ports(4)
        for name, value in (
            ("port", str(ports[0])),
            ("tls-port", str(ports[3])),
            ("access-key", secrets.token_hex(10).upper()),
        ):
            (self.folder / name).write_text(value)
        (self.folder / "secret-key").touch(mode=0o600)
        (self.folder / "secret-key").write_text(secrets.token_urlsafe(30))
        tls = (
            f" ssl_endpoint=127.0.0.1:{ports[3]} ssl_certificate={self.certificate_file}"
            if self.certificate_file
            else ""
        )
        values = {"tls": tls, "fsid": fsid, "folder": self.folder, "backend": self.backend, "port": ports[0]}
        text = _CONFIGURATION.format(**values, mon_port=ports[1], mon_old_port=ports[2])
        (self.folder / "ceph.conf").write_text(text)
        keyring, monmap = str(self.folder / "keyring"), str(self.folder / "monmap")
        rights = ("--cap", "mon", "allow *", "--cap", "osd", "allow *")
        self._run("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "client.admin", *rights)
        self._run("ceph-authtool", keyring, "--gen-key", "-n", "client.rgw.a", *rights)
        address = f"[v2:127.0.0.1:{ports[1]},v1:127.0.0.1:{ports[2]}]"
        self._run("monmaptool", "--create", "--fsid", fsid, "--addv", "a", address, monmap)
        self._run("ceph-mon", "--mkfs", "-i", "a", "--monmap", monmap)

    def _make_osd(self) -> None:
        own = str(uuid.uuid4())
        self._run("ceph", "--connect-timeout", "20", "osd", "new", own)
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", own)

    def _environ(self) -> dict[str, str]:
        return {**os.environ, "CEPH_CONF": str(self.folder / "ceph.conf")}

    def _run(self, *command: str, may_fail: bool = False) -> str:
        done = subprocess.run(  # noqa: S603 - our own command lines
            command, env=self._environ(), capture_output=True, text=True, check=False, timeout=START_SECONDS
        )
        if done.returncode != 0 and not may_fail:
            raise CephFailed(f"{command[0]} failed ({done.returncode}): {done.stderr[-2000:]}")
        return done.stdout if done.returncode == 0 else ""

    def _spawn(self, name: str, *command: str) -> None:
        tied = [sys.executable, "-I", str(Path(tether.__file__)), str(os.getpid()), *command]
        with (self.folder / "log" / f"{name}.out").open("ab") as log:
            self._processes[name] = subprocess.Popen(  # noqa: S603 - our own command lines
                tied, env=self._environ(), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder
            )

    def _answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/", timeout=5).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def _wait(self, name: str, passes: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not passes():
            if self._processes[name].poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise CephFailed(f"the {name} did not start; see {self.folder / 'log'}")
            time.sleep(0.1)

    def _end(self, name: str) -> None:
        process = self._processes.pop(name, None)
        if process is None:
            return
        process.send_signal(signal.SIGCONT)
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ports(count: int) -> list[int]:
    taken: set[int] = set()
    while len(taken) < count:
        taken.add(free_port(taken))
    return sorted(taken)
