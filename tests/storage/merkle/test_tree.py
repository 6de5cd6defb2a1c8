"""The tree against the recursive definition of RFC 9162 §2.1 and the test vectors of Certificate Transparency."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.merkle.tree import (
    EMPTY_ROOT,
    CompactRange,
    Reader,
    consistency_proof,
    extends,
    includes,
    inclusion_proof,
    leaf_hash,
    range_of,
)

VECTORS = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
VECTORS.append(bytes(range(0x60, 0x70)))
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
"""Of the first one, two, … leaves (certificate-transparency, merkle_tree_test.cc)."""
PROOFS = {
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}

SIZES = st.integers(1, 150)


def leaves(count: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(4, "big")) for number in range(count)]


def reader(of: list[bytes]) -> Reader:
    def read(level: int, index: int) -> bytes:
        part = of[index << level : (index + 1) << level]
        assert len(part) == 1 << level
        return root(part)

    return read


def split(count: int) -> int:
    largest = 1
    while largest * 2 < count:
        largest *= 2
    return largest


def root(of: list[bytes]) -> bytes:
    """MTH of RFC 9162 §2.1.1, as it is written there, over leaf hashes."""
    if not of:
        return hashlib.sha256(b"").digest()
    if len(of) == 1:
        return of[0]
    k = split(len(of))
    return hashlib.sha256(b"\x01" + root(of[:k]) + root(of[k:])).digest()


def path(m: int, of: list[bytes]) -> list[bytes]:
    """PATH of §2.1.3.1."""
    if len(of) == 1:
        return []
    k = split(len(of))
    return [*path(m, of[:k]), root(of[k:])] if m < k else [*path(m - k, of[k:]), root(of[:k])]


def subproof(m: int, of: list[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of §2.1.4.1."""
    if m == len(of):
        return [] if whole else [root(of)]
    k = split(len(of))
    if m <= k:
        return [*subproof(m, of[:k], whole=whole), root(of[k:])]
    return [*subproof(m - k, of[k:], whole=False), root(of[:k])]


def test_the_empty_tree_has_the_root_of_the_standard() -> None:
    assert CompactRange().root() == EMPTY_ROOT == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_the_vectors(count: int) -> None:
    tree = CompactRange()
    tree.extend(leaf_hash(data) for data in VECTORS[:count])
    assert tree.root().hex() == ROOTS[count - 1]


@pytest.mark.parametrize(("index", "size"), PROOFS)
def test_audit_paths_are_those_of_the_vectors(index: int, size: int) -> None:
    of = [leaf_hash(data) for data in VECTORS]
    proof = inclusion_proof(index, size, reader(of))
    assert [one.hex() for one in proof] == PROOFS[index, size]
    assert includes(of[index], index, size, proof, bytes.fromhex(ROOTS[size - 1]))


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_vectors(first: int, second: int) -> None:
    proof = consistency_proof(first, second, reader([leaf_hash(data) for data in VECTORS]))
    assert [one.hex() for one in proof] == CONSISTENCY[first, second]
    assert extends(first, second, bytes.fromhex(ROOTS[first - 1]), bytes.fromhex(ROOTS[second - 1]), proof)


@given(SIZES, st.integers(0, 149))
def test_appending_gives_the_recursive_root_and_goes_on_from_what_is_kept(size: int, kept: int) -> None:
    of, first = leaves(size), min(kept, size)
    tree = range_of(first, reader(of))
    tree.extend(of[first:])
    assert tree.root() == root(of)
    assert len(tree.hashes) == size.bit_count()
    assert tree.hashes == range_of(size, reader(of)).hashes


@given(SIZES)
def test_appending_names_each_complete_subtree_once(size: int) -> None:
    of, tree = leaves(size), CompactRange()
    named = [one for leaf in of for one in tree.append(leaf)]
    expected = {(level, index) for level in range(9) for index in range(size >> level)}
    assert len(named) == len(expected)
    assert {(level, index) for level, index, _ in named} == expected
    assert all(found == reader(of)(level, index) for level, index, found in named)


@given(SIZES, st.data())
def test_audit_paths_are_the_recursive_ones_and_prove_nothing_else(size: int, data: st.DataObject) -> None:
    of = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, reader(of))
    assert proof == path(index, of)
    assert includes(of[index], index, size, proof, root(of))
    other = data.draw(st.integers(-1, size))
    assert includes(of[index], other, size, proof, root(of)) == (other == index)
    assert not includes(leaf_hash(b"another"), index, size, proof, root(of))
    assert not includes(of[index], index, size, proof, leaf_hash(b"another"))
    assert not includes(of[index], index, size, [*proof, of[0]], root(of))
    if proof:
        assert not includes(of[index], index, size, proof[:-1], root(of))
        wrong = data.draw(st.integers(0, len(proof) - 1))
        changed = [*proof[:wrong], leaf_hash(b"another"), *proof[wrong + 1 :]]
        assert not includes(of[index], index, size, changed, root(of))


@given(SIZES, st.data())
def test_consistency_proofs_are_the_recursive_ones_and_prove_nothing_else(size: int, data: st.DataObject) -> None:
    of = leaves(size)
    first = data.draw(st.integers(1, size))
    proof = consistency_proof(first, size, reader(of))
    assert proof == subproof(first, of)
    assert extends(first, size, root(of[:first]), root(of), proof)
    assert not extends(first, size, leaf_hash(b"another"), root(of), proof)
    assert not extends(first, size, root(of[:first]), leaf_hash(b"another"), proof)
    assert not extends(first, size, root(of[:first]), root(of), [*proof, of[0]])
    if proof:
        assert not extends(first, size, root(of[:first]), root(of), proof[:-1])
        wrong = data.draw(st.integers(0, len(proof) - 1))
        changed = [*proof[:wrong], leaf_hash(b"another"), *proof[wrong + 1 :]]
        assert not extends(first, size, root(of[:first]), root(of), changed)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 3), (3, 3)])
def test_there_is_no_path_to_what_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, reader(leaves(3)))
    assert not includes(leaves(1)[0], index, size, [], leaves(1)[0])


@pytest.mark.parametrize(("first", "second"), [(0, 3), (3, 2), (-1, 1)])
def test_there_is_no_proof_between_other_sizes(first: int, second: int) -> None:
    with pytest.raises(ValueError, match="no proof"):
        consistency_proof(first, second, reader(leaves(3)))
    assert not extends(first, second, EMPTY_ROOT, EMPTY_ROOT, [])


def test_a_range_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="made of 2"):
        CompactRange(3, leaves(1))
