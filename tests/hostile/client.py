"""An agency's program that sends and fetches 50 MB, built on nothing but `axis`; prints how many bytes its memory grew.

`python -m tests.hostile.client URL KEYS PASSWORD FOLDER`, the tokens of both agencies in the environment.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from pathlib import Path
from typing import BinaryIO, cast

from axis.client import AxisClient, InboxItem
from axis.edxml.build import build_document
from axis.edxml.dates import DateText, MomentText
from axis.edxml.model import (
    AttachmentRef,
    Business,
    Code,
    DocumentMessage,
    DocumentType,
    Organ,
    Promulgation,
    SignerInfo,
    TraceHeader,
)
from axis.edxml.write import OutgoingAttachment, write_message
from schemas.reader import read_message
from signing.providers.pkcs12 import Pkcs12Folder
from signing.xml import sign_envelope
from storage.blobs.port import sha256_of
from tests.hostile.memory import forget_peak, peak_bytes, resident_bytes

SMALL_BYTES = 1000
LARGE_BYTES = 50_000_000
DEADLINE_SECONDS = 60
TODAY = dt.date(2026, 11, 20)


def main(url: str, keys: str, password: str, folder: str) -> None:
    """Pass a small attachment on, then a large one; print how much more the large one took."""
    place = Path(folder)
    with AxisClient(url, os.environ["H99"]) as sender, AxisClient(url, os.environ["H99_101"]) as recipient:
        for size_bytes in (SMALL_BYTES, LARGE_BYTES):
            idle = resident_bytes(os.getpid())
            forget_peak(os.getpid())
            content = place / f"{size_bytes}.pdf"
            write_content(content, size_bytes)
            message = place / f"{size_bytes}.edxml"
            write(message, content, Path(keys), password)
            sent = sender.send(lambda path=message: path.open("rb"), message.stat().st_size)  # type: ignore[misc]
            item = waiting(recipient, sent.message_id)
            fetched = place / f"{size_bytes}.fetched"
            with fetched.open("wb") as target:
                recipient.fetch(item.delivery_id, target, expected_sha256=item.sha256)
            spool = place / f"{size_bytes}.parts"
            spool.mkdir()
            with fetched.open("rb") as source:
                (part,) = read_message(source, spool=spool).attachments
            recipient.acknowledge(item.delivery_id, "done")
            with content.open("rb") as original:
                if sha256_of(original) != part.sha256 or part.size_bytes != size_bytes:
                    raise AssertionError("another attachment arrived")
    sys.stdout.write(f"{peak_bytes(os.getpid()) - idle}\n")


def write_content(path: Path, size_bytes: int) -> None:
    """Write `size_bytes` that do not repeat in the rhythm of base64."""
    unit = b"%PDF-1.4 noi dung "
    with path.open("wb") as target:
        for _ in range(size_bytes // len(unit)):
            target.write(unit)
        target.write(unit[: size_bytes % len(unit)])


def write(path: Path, content: Path, keys: Path, password: str) -> None:
    """Build the message that carries `content`, sign its envelope and write it to `path`."""
    with content.open("rb") as source:
        sha256 = sha256_of(source)
    size_bytes = content.stat().st_size
    ref = AttachmentRef(
        content_id="cid:1",
        content_type="application/pdf",
        attachment_name="ban-do.pdf",
        description="",
        sha256=sha256,
        size_bytes=size_bytes,
    )
    message = DocumentMessage(
        sender=Organ(organ_id="H99", organ_name="Ủy ban nhân dân tỉnh Sông Vân"),
        recipients=(Organ(organ_id="H99.101", organ_name="Ủy ban nhân dân xã Bến Lau"),),
        document_id=f"H99,2026/11/20,{size_bytes}/UBND",
        code=Code(number=str(size_bytes), notation="UBND"),
        promulgation=Promulgation(place="Sông Vân", date=DateText.of(TODAY)),
        document_type=DocumentType(name="Công văn"),
        subject="Về việc gửi bản đồ",
        signer=SignerInfo(position="Chủ tịch", full_name="Nguyễn Văn Mẫu"),
        trace=(TraceHeader(organ_id="H99", timestamp=MomentText.of(dt.datetime(2026, 11, 20, tzinfo=dt.UTC))),),
        business=Business(doc_type="0", reason="Văn bản điện tử mới"),
        attachments=(ref,),
    )
    with Pkcs12Folder(keys).open("province.p12", password) as key:
        root = sign_envelope(build_document(message), key)
    with path.open("wb") as target:
        write_message(root, [OutgoingAttachment(ref, lambda: cast("BinaryIO", content.open("rb")))], target)


def waiting(recipient: AxisClient, message_id: object) -> InboxItem:
    """Return the delivery of the message, once it is routed."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        for item in recipient.inbox():
            if item.message_id == message_id:
                return item
    raise AssertionError("the message did not arrive")


if __name__ == "__main__":
    main(*sys.argv[1:])
