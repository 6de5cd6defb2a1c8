"""Digital signatures: keys, PDF signing and validation, XML signatures, time-stamps and trust.

Signatures of public duty fall under Nghị định 68/2024/NĐ-CP; their appearance follows Nghị định 30/2020/NĐ-CP, annex I.
pyHanko, signxml and certomancer live in this package only; `signing.xml` is usable without loading pyHanko.
"""
