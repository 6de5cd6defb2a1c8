"""The message format of the axis: edXML of QCVN 102:2016/BTTTT and Sửa đổi 1:2022.

Tolerant in reading (`parse`), strict in writing (`build`, `write`); `model` is what lies between, `identity` says when two
messages are the same, `describe` says in a sentence what one means, `judge` accepts or refuses one by its bytes and its
meaning. No module here knows HTTP or a database.
"""
