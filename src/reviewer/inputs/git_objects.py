"""Blobs by their id, many in one process, and the files of a version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reviewer.inputs.git_process import Git
from reviewer.inputs.port import FILE_LIMIT, TOTAL_LIMIT
from reviewer.inputs.work_tree import Content


def read_blobs(git: Git, oids: Iterable[str]) -> dict[str, Content]:
    """Content by object id. Blobs over the file limit, or beyond the total limit, come back as too large.

    Objects that are not there (submodule commits) are left out; for those that a partial clone lacks git fails: see `missing_objects`.
    """
    wanted = tuple(dict.fromkeys(oids))
    if not wanted:
        return {}
    sizes = _sizes(git, wanted)
    total = 0
    small: list[str] = []
    for oid, size in sizes.items():
        if size <= FILE_LIMIT and total + size <= TOTAL_LIMIT:
            small.append(oid)
            total += size
    found = {oid: Content(data=None, too_large=True) for oid in sizes}
    found.update((oid, Content(data=data)) for oid, data in _contents(git, small))
    return found


def _sizes(git: Git, oids: Iterable[str]) -> dict[str, int]:
    lines = git.out("cat-file", "--batch-check", given=_request(oids)).decode("ascii", "replace").splitlines()
    fields = (line.split(" ") for line in lines)
    return {field[0]: int(field[2]) for field in fields if len(field) == 3 and field[1] == "blob"}


def _contents(git: Git, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    request = _request(oids)
    out = git.out("cat-file", "--batch", given=request) if request else b""
    at = 0
    while at < len(out):
        end = out.index(b"\n", at)
        oid, kind, *size = out[at:end].decode("ascii", "replace").split(" ")
        at = end + 1
        if kind == "blob" and size:
            length = int(size[0])
            yield oid, out[at : at + length]
            at += length + 1


def _request(oids: Iterable[str]) -> bytes:
    return "".join(f"{oid}\n" for oid in oids).encode("ascii")


def missing_objects(git: Git, trees: Iterable[str]) -> frozenset[str]:
    """What the commits or trees name and a partial clone does not hold; a whole clone is not asked. Nothing is fetched for it."""
    if not git.is_partial:
        return frozenset()
    options = ("--objects", "--no-walk", "--missing=print", "--no-object-names")
    lines = git.out("rev-list", *options, "--end-of-options", *trees).decode("ascii", "replace").splitlines()
    return frozenset(line[1:] for line in lines if line.startswith("?"))


def tree_files(git: Git, tree: str) -> Mapping[str, str]:
    """Path -> object id of every file and symlink of a commit or tree, submodules left out."""
    return dict(_entries(git.out("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", tree), 2))


def index_files(git: Git) -> Mapping[str, str]:
    """Path -> object id of every file and symlink in the index."""
    return dict(_entries(git.out("ls-files", "--stage", "-z"), 1))


def _entries(out: bytes, oid_field: int) -> Iterator[tuple[str, str]]:
    for entry in out.split(b"\0"):
        meta, _, name = entry.partition(b"\t")
        fields = meta.decode("ascii", "replace").split(" ")
        if name and fields[0] != "160000":
            yield name.decode("utf-8", "replace"), fields[oid_field]
