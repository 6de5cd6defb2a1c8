"""The Merkle tree of RFC 9162 (and RFC 6962) as pure functions over SHA-256. The standard library is all that it needs.

    leaf hash  = SHA-256(0x00 ‖ data)
    node hash  = SHA-256(0x01 ‖ left ‖ right)
    root of n  = node hash of (root of the first k, root of the rest), k the largest power of two below n

A *complete* subtree holds 2^level leaves and begins at a multiple of that; it never changes once it is full. Everything
here is put together from complete subtrees, which a `Reader` gives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of a tree without leaves (RFC 9162 §2.1.1)."""

Reader = Callable[[int, int], bytes]
"""`reader(level, index)` returns the hash of the complete subtree of leaves `index · 2^level` to `(index + 1) · 2^level - 1`."""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf that holds `data`."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above `left` and `right`."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class CompactRange:
    """All that must be remembered of a tree to go on appending: the complete subtrees that make it up, largest first.

    Their sizes are the powers of two in `size`, so there are at most log₂(size) + 1.
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count() or size < 0:
            raise ValueError(f"a tree of {size} leaves is made of {size.bit_count()} complete subtrees")

    def append(self, leaf: bytes) -> Iterator[tuple[int, int, bytes]]:
        """Append a leaf hash and yield `(level, index, hash)` of each complete subtree that it fills, the leaf itself first.

        The iterator must be used up; `extend` does so where nobody wants to see the subtrees.
        """
        index, level, subtree = self.size, 0, leaf
        self.size += 1
        while True:
            yield level, index, subtree
            if index % 2 == 0:
                break
            subtree = node_hash(self.hashes.pop(), subtree)
            index, level = index // 2, level + 1
        self.hashes.append(subtree)

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes."""
        for leaf in leaves:
            for _ in self.append(leaf):
                pass

    def root(self) -> bytes:
        """Return the root of the tree as it is."""
        return _folded(self.hashes)


def subtrees_of(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield `(level, index)` of the complete subtrees that make up leaves `start` to `end - 1`, left to right.

    `start` must be a multiple of a power of two that is not less than `end - start`, as it is for every node of a tree.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def range_of(size: int, read: Reader) -> CompactRange:
    """Return the compact range of the first `size` leaves."""
    return CompactRange(size, [read(level, index) for level, index in subtrees_of(0, size)])


def inclusion_proof(index: int, size: int, read: Reader) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of the first `size` leaves (RFC 9162 §2.1.3.1), lowest first.

    Raises `ValueError` unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    siblings = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((start, middle))
            start = middle
    return [_root_between(*sibling, read) for sibling in reversed(siblings)]


def consistency_proof(first: int, second: int, read: Reader) -> list[bytes]:
    """Return the proof that the tree of `second` leaves begins with that of `first` (RFC 9162 §2.1.4.1).

    Raises `ValueError` unless 0 < first <= second.
    """
    if not 0 < first <= second:
        raise ValueError(f"no proof from {first} to {second}")
    parts = []
    start, end = 0, second
    while end > first:
        middle = start + _split(end - start)
        if first <= middle:
            parts.append((middle, end))
            end = middle
        else:
            parts.append((start, middle))
            start = middle
    if start > 0:
        parts.append((start, end))
    return [_root_between(*part, read) for part in reversed(parts)]


def includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `proof` shows that leaf hash `leaf` stands at `index` in the tree of `size` leaves (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    number, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if number % 2 or number == last:
            found = node_hash(sibling, found)
            while number % 2 == 0 and number != 0:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        number, last = number >> 1, last >> 1
    return last == 0 and found == root


def extends(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether `proof` shows that the tree of `second` leaves begins with that of `first` (RFC 9162 §2.1.4.2)."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = list(proof) if first & (first - 1) else [first_root, *proof]  # a power of two is a part by itself
    number, last = first - 1, second - 1
    while number % 2:
        number, last = number >> 1, last >> 1
    if not path:
        return False
    old = new = path[0]
    for part in path[1:]:
        if last == 0:
            return False
        if number % 2 or number == last:
            old, new = node_hash(part, old), node_hash(part, new)
            while number % 2 == 0 and number != 0:
                number, last = number >> 1, last >> 1
        else:
            new = node_hash(new, part)
        number, last = number >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _split(size: int) -> int:
    return 1 << ((size - 1).bit_length() - 1)


def _root_between(start: int, end: int, read: Reader) -> bytes:
    return _folded([read(level, index) for level, index in subtrees_of(start, end)])


def _folded(hashes: Sequence[bytes]) -> bytes:
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root
