"""A RabbitMQ of our own on loopback, without systemd: for the demonstration on production parts and for tests.

The installed server's start script is used with a configuration of its own: AMQP, Erlang's distribution and its port mapper
(epmd) listen on 127.0.0.1 at free ports. RabbitMQ runs as its own user where root starts it, and as the caller otherwise.
The folder is a temporary one: a broker carries wake-ups only, so nothing in it needs to be kept.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from amqp import Connection

from demo.ports import free_port

START_SECONDS = 90
STOP_SECONDS = 30

_SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
_USER = "rabbitmq"
_LOGIN = "lienthong"


class RabbitMqUnavailable(Exception):
    """RabbitMQ is not installed or did not start; the message says why."""


def missing() -> list[str]:
    """Return the Debian packages that must be installed first; empty when RabbitMQ can be started here."""
    return [] if _SCRIPT.exists() and shutil.which("epmd") else ["rabbitmq-server"]


class RabbitMq:
    """One broker, which keeps its ports and its password through `kill`, `wipe` and `start`.

    `close()` ends everything and removes the folder.
    """

    def __init__(self) -> None:
        if missing():
            raise RabbitMqUnavailable(f"not installed: {', '.join(missing())}")
        self.port = free_port(set())
        self._epmd_port = free_port({self.port})
        self._distribution_port = free_port({self.port, self._epmd_port})
        self._password = secrets.token_urlsafe(18)
        self.directory = Path(tempfile.mkdtemp(prefix="lienthong-rabbitmq-"))
        self._epmd: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL for `EDMS_BROKER_URL` and `AXIS_BROKER_URL`, with its password."""
        return f"amqp://{_LOGIN}:{self._password}@127.0.0.1:{self.port}//"

    def start(self) -> None:
        """Start the broker and wait until it lets its user in. Raises `RabbitMqUnavailable`."""
        environ = self._environment()
        if self._epmd is None or self._epmd.poll() is not None:
            self._epmd = self._launch(["epmd", "-address", "127.0.0.1", "-port", str(self._epmd_port)], environ)
        self._process = self._launch([str(_SCRIPT)], environ)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RabbitMqUnavailable(f"RabbitMQ did not start:\n{self._said()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the broker in good order; its queues stay in the folder."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the broker as a power cut would."""
        self._end(signal.SIGKILL)

    def wipe(self) -> None:
        """Remove all that the ended broker had stored: queues, messages, users."""
        shutil.rmtree(self.directory / "mnesia", ignore_errors=True)

    def close(self) -> None:
        """End everything and remove the folder."""
        self.stop()
        if self._epmd is not None:
            self._epmd.terminate()
            self._epmd.wait(STOP_SECONDS)
            self._epmd = None
        shutil.rmtree(self.directory, ignore_errors=True)

    def pause(self) -> None:
        """Let the broker hold its connections and answer nobody, as a machine that is swapping or cut off would."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused broker go on."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        os.killpg(self._process.pid, how)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def _environment(self) -> dict[str, str]:
        folder = self.directory
        for name in ("mnesia", "log"):
            (folder / name).mkdir(exist_ok=True)
        (folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            f"default_user = {_LOGIN}\ndefault_pass = {self._password}\n"
            "vm_memory_high_watermark.absolute = 1GB\ndisk_free_limit.absolute = 200MB\nlog.console = false\n"
        )
        (folder / "enabled_plugins").write_text("[].\n")
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, _USER, _USER)
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RABBITMQ_NODENAME": "lienthong@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RUNNING_UNDER_SYSTEMD": "1",  # the script then becomes the server instead of waiting for it
        }

    def _launch(self, command: list[str], environ: dict[str, str]) -> subprocess.Popen[bytes]:
        # ends with this process, however that ends
        become = ["setpriv", "--pdeathsig", "KILL"]
        if os.geteuid() == 0:
            become += [f"--reuid={_USER}", f"--regid={_USER}", "--clear-groups"]
        with (self.directory / "server.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own command line
                [*become, *command],
                env=environ,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        address = f"127.0.0.1:{self.port}"
        connection = Connection(address, userid=_LOGIN, password=self._password, connect_timeout=5, read_timeout=5)
        try:
            connection.connect()
            connection.close()
        except Exception:  # noqa: BLE001 - py-amqp raises whatever the half-started server makes of the handshake
            return False
        return True

    def _said(self) -> str:
        logs = [self.directory / "server.log", *(self.directory / "log").glob("*.log")]
        return "\n".join(log.read_text(errors="replace")[-2000:] for log in logs if log.exists())
