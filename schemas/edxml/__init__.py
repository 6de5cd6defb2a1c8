"""edXML as data: code lists and the XSD of each version that the strict builder emits.

`codes` holds the code lists; `validation` checks a tree against `v102/edxml-102.xsd` (QCVN 102:2016/BTTTT as amended by
Sửa đổi 1:2022; no official XSD was ever published, this one is ours and covers what we send, not all that we accept).
"""
