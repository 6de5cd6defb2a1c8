"""Any message that the strict builder takes."""

from __future__ import annotations

import datetime as dt
import hashlib

from hypothesis import strategies as st

from axis.edxml.dates import NO_DATE, DateText, MomentText
from axis.edxml.fields import (
    BUSINESS,
    CODE,
    DOCUMENT_TYPE,
    ORGAN,
    OTHER,
    PROMULGATION,
    RECEIVER,
    RESPONSE_FOR,
    SIGNER,
    STAFF,
    TRACE,
    UPDATE,
    Leaf,
)
from axis.edxml.model import (
    AttachmentRef,
    Business,
    Code,
    DocumentMessage,
    DocumentType,
    Organ,
    OtherInfo,
    Promulgation,
    ReceiverChange,
    Replacement,
    ResponseFor,
    SignerInfo,
    StaffInfo,
    StatusMessage,
    TraceHeader,
    UpdateInfo,
)

LETTERS = "abcXYZ0129 /-.,&<>\"'\n\tăâđêôơưĂÂĐÊÔƠƯếộửỳ“”😀\u0301"
PATTERN_TEXTS = {
    "organ-id": st.from_regex(r"\A[A-Z][0-9]{2}(\.[0-9]{1,3}){0,3}\Z"),
    "number": st.integers(0, 999_999_999).map(str),
    "flag": st.sampled_from("01"),
    "priority": st.sampled_from("01234"),
    "boolean": st.sampled_from(["true", "false"]),
    "business": st.sampled_from("0123"),
    "status": st.sampled_from(["01", "02", "03", "04", "05", "06", "13", "15", "16"]),
}
dates = st.dates(dt.date(1945, 9, 2), dt.date(2100, 1, 1)).map(DateText.of)
seconds = st.integers(int(dt.datetime(1980, 1, 1, tzinfo=dt.UTC).timestamp()), 4_102_444_800)
moments = seconds.map(lambda second: MomentText.of(dt.datetime.fromtimestamp(second, dt.UTC)))


def texts(max_chars: int, *, required: bool) -> st.SearchStrategy[str]:
    text = st.text(LETTERS, max_size=min(max_chars, 30)).map(str.strip)
    return text.filter(bool) if required else text


def value(leaf: Leaf) -> st.SearchStrategy[object]:
    if leaf.form == "date":
        return dates if leaf.required else st.just(NO_DATE) | dates
    if leaf.form == "moment":
        return moments
    if leaf.form == "text":
        return texts(leaf.max_chars, required=leaf.required)
    known: st.SearchStrategy[str] = PATTERN_TEXTS[leaf.form]
    return known if leaf.required else st.just("") | known


def leaves(*table: Leaf) -> dict[str, st.SearchStrategy[object]]:
    return {leaf.attribute: value(leaf) for leaf in table}


def some_texts(max_chars: int = 30) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(texts(max_chars, required=True), max_size=2).map(tuple)


def many(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


organs = st.builds(Organ, **leaves(*ORGAN))
staff = st.builds(StaffInfo, **leaves(*STAFF))
responses = st.builds(ResponseFor, **leaves(*RESPONSE_FOR))
businesses = st.builds(
    Business,
    **leaves(*BUSINESS),
    update=st.builds(UpdateInfo, **leaves(*UPDATE), receivers=many(st.builds(ReceiverChange, **leaves(*RECEIVER)))),
    replacements=many(
        st.builds(
            Replacement,
            document_id=texts(200, required=True),
            organ_ids=st.lists(PATTERN_TEXTS["organ-id"], max_size=2).map(tuple),
        )
    ),
    staff=st.just(StaffInfo()) | staff,
)
contents = st.lists(st.binary(max_size=200), max_size=3)


@st.composite
def documents(draw: st.DrawFn) -> tuple[DocumentMessage, list[bytes]]:
    """A document and the contents of its attachments, in the order of the manifest."""
    blobs = draw(contents)
    refs = tuple(
        AttachmentRef(
            content_id=draw(st.sampled_from(["cid:", ""])) + str(number),
            content_type="application/octet-stream",
            attachment_name=draw(texts(255, required=True)),
            description=draw(texts(500, required=False)),
            sha256=hashlib.sha256(blob).hexdigest(),
            size_bytes=len(blob),
        )
        for number, blob in enumerate(blobs)
    )
    message = draw(
        st.builds(
            DocumentMessage,
            sender=organs,
            recipients=st.lists(organs, min_size=1, max_size=3, unique_by=lambda organ: organ.organ_id).map(tuple),
            document_id=texts(200, required=True),
            code=st.builds(Code, **leaves(*CODE)),
            promulgation=st.builds(Promulgation, **leaves(*PROMULGATION)),
            document_type=st.builds(DocumentType, **leaves(*DOCUMENT_TYPE)),
            subject=texts(500, required=True),
            content=texts(500, required=False),
            signer=st.builds(SignerInfo, **leaves(*SIGNER)),
            due_date=st.just(NO_DATE) | dates,
            other=st.builds(OtherInfo, **leaves(*OTHER), appendixes=some_texts()),
            responses=many(responses),
            steering_type=st.sampled_from(["", "0", "1", "2", "3"]),
            task_codes=some_texts(),
            application_type=texts(100, required=False),
            to_places=some_texts(),
            trace=st.lists(st.builds(TraceHeader, **leaves(*TRACE)), min_size=1, max_size=2).map(tuple),
            business=st.none() | businesses,
            attachments=st.just(refs),
        )
    )
    return message, blobs


statuses = st.builds(
    StatusMessage,
    sender=organs,
    response_for=responses,
    status_code=PATTERN_TEXTS["status"],
    staff=st.just(StaffInfo()) | staff,
    description=texts(500, required=False),
    timestamp=moments,
)
