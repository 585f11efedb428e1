"""What a finished run must have synced, read from the trace of its calls."""

import os


class Durability:
    """Follows a trace: which files and which names in directories would not survive a loss of power.

    Every file is synced before it is renamed to its place, and everything else before CURRENT is, since CURRENT is
    what makes it count. At the end of the run nothing is left to sync, temporary files apart.
    """

    def __init__(self, work):
        self.work = work
        self.files = set()
        self.names = set()
        self.problems = []

    def counts(self, path):
        """Whether a path is one that must last: not a lock, and not a temporary file."""
        parts = os.path.relpath(path, self.work).split(os.sep)
        return path.startswith(self.work + "/") and "tmp" not in parts and parts[-1] not in ("LOCK", "stdout")

    def follow(self, lines):
        for line in lines:
            kind, name, _, result, path, other = (line + ["", ""])[:6]
            if result == "-1":
                continue
            path = path.removesuffix(" (deleted)")
            if kind in ("write", "ftruncate", "fallocate"):
                self.files.add(path)
            elif name == "syncfs":
                self.files.clear()
                self.names.clear()
            elif kind == "fsync":
                self.files.discard(path)
                self.names = {named for named in self.names if os.path.dirname(named) != path}
            elif kind == "mkdir" or kind == "open" and other == "created":
                self.names.add(path)
            elif kind == "link":
                self.names.add(other)
            elif kind == "unlink":
                self.names.discard(path)
                self.files.discard(path)
            elif kind == "rename":
                self.renamed(path, other)
        for path in sorted(filter(self.counts, self.files)):
            self.problems.append(f"{path} is not synced at the end")
        for path in sorted(filter(self.counts, self.names)):
            self.problems.append(f"the name {path} is not synced at the end")
        return [problem.replace(self.work + "/", "") for problem in self.problems]

    def renamed(self, path, other):
        if path in self.files:
            self.problems.append(f"{path} is renamed to {other} before it is synced")
        if os.path.basename(other) == "CURRENT":
            for name in sorted(self.names):
                if self.counts(name) and name.startswith(os.path.dirname(other) + "/") and name != path:
                    self.problems.append(f"the name {name} is not synced before CURRENT is renamed")
        self.files.discard(path)
        self.names.discard(path)
        self.names.add(other)
