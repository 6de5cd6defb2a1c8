"""Ký hiệu: the letters after the number, built from type, agency and unit (NĐ 30/2020 annex I II.3.b, annex III)."""

from __future__ import annotations

PLAIN_LETTER = "Công văn"
"""The type that has no name on the page and no abbreviation."""

TYPE_ABBREVIATIONS = {
    "Nghị quyết": "NQ",
    "Quyết định": "QĐ",
    "Chỉ thị": "CT",
    "Quy chế": "QC",
    "Quy định": "QyĐ",
    "Thông cáo": "TC",
    "Thông báo": "TB",
    "Hướng dẫn": "HD",
    "Chương trình": "CTr",
    "Kế hoạch": "KH",
    "Phương án": "PA",
    "Đề án": "ĐA",
    "Dự án": "DA",
    "Báo cáo": "BC",
    "Biên bản": "BB",
    "Tờ trình": "TTr",
    "Hợp đồng": "HĐ",
    "Công điện": "CĐ",
    "Bản ghi nhớ": "BGN",
    "Bản thỏa thuận": "BTT",
    "Giấy ủy quyền": "GUQ",
    "Giấy mời": "GM",
    "Giấy giới thiệu": "GGT",
    "Giấy nghỉ phép": "GNP",
    "Phiếu gửi": "PG",
    "Phiếu chuyển": "PC",
    "Phiếu báo": "PB",
}
"""Annex III part I. A công văn and a thư công have none."""


def notation(type_name: str, agency_abbreviation: str, unit_abbreviation: str) -> str:
    """Return the notation: `QĐ-UBND` for a type with an abbreviation, `STC-VP` (agency-unit) for a công văn.

    An unknown type is treated like a công văn; an agency without units stands alone.
    """
    abbreviation = TYPE_ABBREVIATIONS.get(type_name)
    groups = [abbreviation, agency_abbreviation] if abbreviation else [agency_abbreviation, unit_abbreviation]
    return "-".join(group for group in groups if group)


def printed_number(number: int) -> str:
    """Return the number as printed: at least two digits (annex I II.3.c)."""
    return f"{number:02d}"
