"""What an archive holds, as processes that nothing disturbs read it."""

import collections
import hashlib
import json
import os
import subprocess
import tempfile
import threading

QUERY = "SELECT eventID, eventTime, eventName, requestParameters.n FROM events ORDER BY 1, 2, 3, 4"
TIMEOUT = 20


def run(arguments, cwd, env=None, stdin=None, stdout=None):
    """Exit code (None where it does not end), standard output (through the file `stdout` where named) and error."""
    with open(stdin or os.devnull, "rb") as source, open(stdout or os.devnull, "w+b") as target:
        try:
            done = subprocess.run(
                arguments, cwd=cwd, env=env, stdin=source, stdout=target if stdout else subprocess.PIPE,
                stderr=subprocess.PIPE, timeout=TIMEOUT, check=False,
            )
        except subprocess.TimeoutExpired as expired:
            return None, b"", (expired.stderr or b"").decode(errors="replace")
        target.seek(0)
        return done.returncode, target.read() if stdout else done.stdout, done.stderr.decode(errors="replace")


def tree(root):
    """SHA-256 of every file below, by path."""
    files = {}
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            # When it was verified is no part of what an archive holds.
            if name.startswith("VERIFIED"):
                continue
            with open(path, "rb") as file:
                files[os.path.relpath(path, root)] = hashlib.sha256(file.read()).hexdigest()
    return files


State = collections.namedtuple("State", "rows objects")
# An archive that waits for `cairn recover`.
LOST = "there are segments, and no CURRENT"


class Reader:
    """Reads archives; those with the same bytes once."""

    def __init__(self, cairn, place):
        self.cairn = cairn
        self.place = place
        self.seen = {}
        self.lock = threading.Lock()

    def state(self, archive):
        """The archive's State; None where there is no archive yet; a string that says what is wrong with it."""
        files = tree(archive) if os.path.isdir(archive) else {}
        if "CURRENT" not in files:
            return LOST if any(name.startswith("segments/") for name in files) else None
        fingerprint = tuple(
            sorted(item for item in files.items() if not item[0].startswith(("LOCK", "KNOWN", "tmp/", "rejects/")))
        )
        with self.lock:
            if fingerprint in self.seen:
                return self.seen[fingerprint]
        state = self._read(archive)
        with self.lock:
            self.seen[fingerprint] = state
        return state

    def _read(self, archive):
        with tempfile.TemporaryDirectory(dir=self.place) as work:
            code, _, error = run([self.cairn, "verify", archive], work)
            if code != 0:
                return f"verify gives {code}: {error}"
            code, output, error = run([self.cairn, "query", archive, QUERY, "--output", "csv"], work)
            if code != 0:
                return f"query gives {code}: {error}"
            code, _, error = run([self.cairn, "restore", archive, "--to", "out"], work)
            if code != 0:
                return f"restore gives {code}: {error}"
            return State(collections.Counter(output.splitlines()[1:]), tree(os.path.join(work, "out")))


def rejects(archive):
    """What rejects/ holds: source, offset, reason, and the bytes' SHA-256."""
    found = set()
    folder = os.path.join(archive, "rejects")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        if not name.endswith(".jsonl"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as lines:
            for line in lines:
                reject = json.loads(line)
                with open(os.path.join(folder, reject["raw"]), "rb") as raw:
                    raw.seek(reject["rawOffset"])
                    data = raw.read(reject["rawBytes"])
                found.add((reject["source"], reject["offset"], reject["reason"], hashlib.sha256(data).hexdigest()))
    return found


def leftovers(archive):
    """Files of interrupted runs that a complete one should have cleared away."""
    left = [name for name in os.listdir(os.path.join(archive, "tmp"))]
    left += [name for name in os.listdir(archive) if name.endswith(".tmp")]
    folder = os.path.join(archive, "rejects")
    names = set(os.listdir(folder)) if os.path.isdir(folder) else set()
    raws = {name for name in names if name.endswith(".raw")}
    left += sorted(names - raws - {name for name in names if name.endswith(".jsonl")})
    return left
