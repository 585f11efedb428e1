"""Which calls fail, and how: the plan of a sweep."""

import collections
import errno

SHORT, END = -1, -2

# How each kind of call may fail. The first of a list is tried for single calls in a sample.
FAILURES = {
    "open": ["EIO", "EACCES", "EMFILE", "ESTALE", "EROFS", "ENOSPC", "EINTR"],
    "access": ["EIO", "EACCES", "ESTALE", "EINTR"],
    "stat": ["EIO", "EACCES", "ESTALE", "EINTR"],
    "read": ["EIO", "ESTALE", "EINTR", "SHORT", "END"],
    "write": ["EIO", "ENOSPC", "EDQUOT", "EROFS", "EINTR", "SHORT"],
    "fsync": ["EIO", "ENOSPC", "EROFS", "EINTR"],
    "rename": ["EIO", "ENOSPC", "EACCES", "EROFS", "ESTALE", "EINTR"],
    "unlink": ["EIO", "EACCES", "EROFS", "ESTALE", "EINTR"],
    "mkdir": ["EIO", "ENOSPC", "EACCES", "EROFS", "EINTR"],
    "flock": ["EIO", "ENOLCK", "ESTALE", "EINTR"],
    "mmap": ["ENOMEM", "EACCES", "EMFILE"],
    "ftruncate": ["EIO", "ENOSPC", "EROFS", "EINTR"],
    "fallocate": ["ENOSPC", "EIO", "EINTR"],
    "opendir": ["EIO", "EACCES", "EMFILE", "ESTALE", "EINTR"],
    "readdir": ["EIO", "ESTALE", "EINTR"],
    "close": ["EIO", "ENOSPC", "EINTR"],
    "times": ["EIO", "EACCES", "EROFS", "EINTR"],
    "chmod": ["EIO", "EACCES", "EROFS", "EINTR"],
    "link": ["EIO", "EACCES", "EROFS", "EINTR"],
}
# Calls that change what is stored, for disks that are full or read-only from some moment on.
CHANGES = ["write", "rename", "unlink", "mkdir", "ftruncate", "fallocate", "times", "chmod", "link"]
LATE = ["write", "fsync", "rename", "unlink", "mkdir"]

Fault = collections.namedtuple("Fault", "kinds number error mode")


def number_of(error):
    return {"SHORT": SHORT, "END": END}.get(error) or getattr(errno, error)


def setting(fault):
    """The preload's FAULT."""
    return f"{'+'.join(fault.kinds)},{fault.number},{number_of(fault.error)},{fault.mode}"


def plan(counts):
    """Every fault of a run that makes `counts[kind]` calls of each kind."""
    counts = {kind: count for kind, count in counts.items() if kind in FAILURES}
    for kind, count in counts.items():
        for error in FAILURES[kind]:
            modes = ["once", "burst"] if error == "EINTR" else ["once", "ever"]
            if error == "EIO" and kind in LATE:
                modes.append("late")
            for mode in modes:
                for number in range(1, count + 1):
                    yield Fault((kind,), number, error, mode)
    total = sum(counts.values())
    changes = [kind for kind in CHANGES if counts.get(kind)]
    for number in range(1, sum(counts[kind] for kind in changes) + 1):
        for error in ["ENOSPC", "EROFS"]:
            yield Fault(tuple(changes), number, error, "ever")
    for number in range(1, total + 1):
        for error in ["EIO", "ESTALE"]:
            yield Fault(("any",), number, error, "ever")
    yield Fault(("any",), 1, "EINTR", "alternate")
    yield Fault(("read", "write"), 1, "SHORT", "ever")


def sample(plans, limit, random):
    """Up to `limit` of all faults: of every kind and way of failing some, in every scenario some."""
    buckets = collections.defaultdict(list)
    for scenario, fault in plans:
        buckets[fault.kinds, fault.error, fault.mode].append((scenario, fault))
    for bucket in buckets.values():
        random.shuffle(bucket)
    chosen = []
    while len(chosen) < limit and any(buckets.values()):
        for bucket in buckets.values():
            if bucket and len(chosen) < limit:
                chosen.append(bucket.pop())
    return chosen
