"""`python -m demo`: prepare, start, play the story, keep serving.

`ONCE=1` stops after the story and exits 0 only if every step held. `PARTS=production` plays it on PostgreSQL over TCP, RabbitMQ
and an S3 service instead of embedded parts. `DRILL=edms-worker,axis-web,…` kills those processes with SIGKILL in mid-story;
their supervisors start them again and the story must still hold. `DRILL=broker` loses every wake-up right after a dispatch.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from demo import cast, parts, ports, prepare
from demo.browser import PageError
from demo.gateway import Gateway
from demo.servers.ceph import CephFailed
from demo.servers.rabbitmq import RabbitMqUnavailable
from demo.services import NotReady, Services, command, python
from demo.story import Story
from demo.timeline import StepFailed
from storage.errors import EmbeddedUnavailable

ROOT = Path("var/demo")
MOMENTS = {
    "edms-worker": "dispatched",
    "axis-web": "before-dispatch",
    "axis-worker": "receiving",
    "edms-web": "assigned",
    "broker": "dispatched",
}
"""Which process a drill kills at which moment of the story."""


def main() -> int:
    """Run the demonstration; return the exit status."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is stopped
    began = time.monotonic()
    ROOT.mkdir(parents=True, exist_ok=True)
    for log in ROOT.glob("*.log"):
        log.unlink()
    chosen = ports.choose(ROOT / "ports.json")
    try:
        services = Services(ROOT.resolve(), chosen, parts.choose(ROOT.resolve().parent))
    except parts.PartsMissing as lacking:
        print(f"Không khởi động được / could not start: {lacking}", file=sys.stderr)
        return 1
    try:
        _start(services, chosen)
        print(f"Sẵn sàng sau {time.monotonic() - began:.1f} s.", flush=True)
        held = _play(services)
        if held and not os.environ.get("ONCE"):
            _serve(services)
    except (NotReady, EmbeddedUnavailable, RabbitMqUnavailable, CephFailed) as failure:
        print(f"Không khởi động được / could not start: {failure}", file=sys.stderr)
        return 1
    else:
        return 0 if held else 1
    finally:
        services.stop()


def _start(services: Services, chosen: ports.Ports) -> None:
    made = prepare.pki(ROOT.resolve() / "pki", chosen.pki)
    services.start("pki", python("-m", "signing.demo_pki", "serve", str(made.directory)), {})
    services.parts.start()
    environment = prepare.environment(services, chosen, made)
    prepare.fill(services, environment)
    services.start("axis", command("axis", "serve"), environment.axis)
    services.start("edms", command("edms", "serve"), environment.edms)
    services.wait_until_ready("pki", made.revocation_url)
    services.wait_until_ready("axis", f"http://127.0.0.1:{chosen.axis}/readyz")
    services.wait_until_ready("edms", f"http://127.0.0.1:{chosen.edms}/readyz")


def _play(services: Services) -> bool:
    outcome = ROOT / "ket-qua"
    shutil.rmtree(outcome, ignore_errors=True)
    outcome.mkdir()
    story = Story(
        edms_url=f"http://127.0.0.1:{services.ports.edms}",
        sealed_pdf=lambda pdf: _keep(outcome / "cong-van-da-dong-dau.pdf", pdf),
        minutes_pdf=lambda pdf: _keep(outcome / "bien-ban-ban-giao.pdf", pdf),
        gateway=Gateway(f"http://127.0.0.1:{services.ports.axis}", prepare.gateway_token(services)).play,
        between=_drill(services),
    )
    try:
        story.play()
    except (StepFailed, PageError) as failure:
        print(f"\n✗ Không đạt / did not hold: {failure}\n  Nhật ký: {ROOT}/*.log", flush=True)
        return False
    print(f"\n✓ Đủ 7 bước trong {story.timeline.seconds():.1f} s. Kết quả: {outcome}/", flush=True)
    return True


def _drill(services: Services) -> Callable[[str], None]:
    wanted = [name for name in os.environ.get("DRILL", "").split(",") if name]

    def between(moment: str) -> None:
        for target in list(wanted):
            if MOMENTS[target] == moment:
                wanted.remove(target)
                if target == "broker":
                    print(f"   ⚡ {services.parts.empty_broker()}", flush=True)
                    continue
                name, _, role = target.partition("-")
                print(f"   ⚡ kill -9 {target} ({services.kill_child(name, role)})", flush=True)

    return between


def _serve(services: Services) -> None:
    url = f"http://127.0.0.1:{services.ports.edms}"
    print(f"\nMở {url} (mật khẩu của mọi tài khoản: {cast.PASSWORD}; mã PIN ký số: {cast.PIN})")
    for person in cast.organisation().people:
        print(f"   {cast.LOGINS[person.key]:<12} {person.full_name}")
    print(f"Trục liên thông: http://127.0.0.1:{services.ports.axis}/readyz. Ctrl-C để dừng.", flush=True)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    stopping.wait()


def _keep(path: Path, content: bytes) -> None:
    path.write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
