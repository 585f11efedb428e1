"""One run with a fault in it, and the judgement of what it left."""

import collections
import os

import durable
import faults
import state
from state import run

Result = collections.namedtuple("Result", "outcome problem fired")
Expected = collections.namedtuple("Expected", "code output before after rejects target counts unsynced")


class Bench:
    """Runs commands of one worker in a directory of its own."""

    def __init__(self, cairn, library, fixture, reader, work):
        self.cairn = cairn
        self.library = library
        self.fixture = fixture
        self.reader = reader
        self.work = work
        self.log = work + ".log"

    def path(self, *names):
        return os.path.join(self.work, *names)

    def environment(self, scenario, setting):
        paths = [self.work, self.fixture.root, *scenario.paths]
        environment = dict(os.environ, TMPDIR=self.path("tmp"))
        environment.update(LD_PRELOAD=self.library, FAULT_PATHS=":".join(paths), FAULT_LOG=self.log, **setting)
        return environment

    def run(self, scenario, setting=None):
        """Exit code (None: does not end), standard output and error, lines of the preload's log."""
        if os.path.exists(self.log):
            os.unlink(self.log)
        stdin = scenario.stdin and self.path(scenario.stdin)
        environment = None if setting is None else self.environment(scenario, setting)
        code, output, error = run(
            [self.cairn, *scenario.arguments], self.work, environment, stdin, self.path("stdout")
        )
        lines = []
        if os.path.exists(self.log):
            with open(self.log, encoding="utf-8", errors="replace") as log:
                lines = [line.rstrip("\n").split("\t") for line in log]
        return code, output, error, lines

    # What the undisturbed run gives.

    def expected(self, scenario):
        scenario.prepare(self.fixture, self.work)
        before = self.reader.state(self.path(scenario.target)) if scenario.writes else None
        code, output, error, lines = self.run(scenario, {"FAULT_TRACE": "1"})
        if code not in (0, 3):
            raise SystemExit(f"{scenario.name}: exit code {code} without a fault: {error}")
        counts = collections.Counter(line[0] for line in lines)
        after = rejects = target = None
        if scenario.writes:
            after = self.reader.state(self.path(scenario.target))
            rejects = state.rejects(self.path(scenario.target))
            if not isinstance(after, state.State):
                raise SystemExit(f"{scenario.name}: {after}")
        elif scenario.target:
            target = state.tree(self.path(scenario.target))
        unsynced = durable.Durability(self.work).follow(lines) if scenario.target else []
        return Expected(code, output, before, after, rejects, target, counts, unsynced)

    # One fault.

    def trial(self, scenario, expected, fault):
        scenario.prepare(self.fixture, self.work)
        code, output, error, lines = self.run(scenario, {"FAULT": faults.setting(fault)})
        fired = [line for line in lines if line[0] == "fired"]
        if not fired:
            return Result("not reached", None, fired)
        try:
            problem = self.common(fault, code, error)
            outcome = "failed"
            if not problem:
                judge = self.written if scenario.writes else self.read
                outcome, problem = judge(scenario, expected, fault, code, output, error, fired)
        except OSError as failure:
            outcome, problem = "failed", f"left files that cannot be read: {failure}"
        if problem:
            problem = f"{problem}\n      exit {code}, says: {error.strip()[-400:]}"
        return Result(outcome, problem, fired)

    def common(self, fault, code, error):
        if code is None:
            return "does not end"
        if code < 0 or code > 128:
            return f"ended by signal {-code if code < 0 else code - 128}"
        # A file that ends early is damaged, or another than the one that was there before.
        mayBe = (0, 2, 3, 4, 5) if fault.error == "END" else (0, 3, 4, 5)
        if code not in mayBe:
            return f"exit code {code}"
        if code == 4 and fault.error != "END":
            return "a failing call is called damage"
        return None

    def named(self, fault, error, fired):
        """Whether the message says which path and why."""
        if fault.error in ("SHORT", "END"):
            return None
        if os.strerror(faults.number_of(fault.error)) not in error:
            return "message does not say the cause"
        names = {"standard output", "stdin"}
        for line in fired:
            for path in filter(None, line[5:7]):
                name = self.shown(path)
                names.update([name, os.path.dirname(name)])
                # Restored files are named by their keys.
                names.update([name.removeprefix("out/"), os.path.dirname(name).removeprefix("out/")])
        if not any(name and name in error for name in names):
            return f"message does not name {sorted(names)}"
        return None

    def shown(self, path):
        """A path as the command was given it."""
        for source in ("known", "more", "parts", "sql"):
            root = self.fixture.path(source)
            if path == root or path.startswith(root + "/"):
                return "in" + path[len(root) :]
        if path == self.work:
            return "."
        return path.removeprefix(self.work + "/")

    def read(self, scenario, expected, fault, code, output, error, fired):
        """A run that only reads: the whole answer, or an error."""
        if scenario.archive and state.tree(self.path("archive")) != state.tree(self.fixture.path(scenario.archive)):
            return "failed", "the archive has changed"
        files = state.tree(self.path(scenario.target)) if scenario.target and os.path.isdir(
            self.path(scenario.target)) else {}
        wanted = expected.target or {}
        wrong = [name for name, digest in files.items() if wanted.get(name) not in (digest, None)]
        if wrong:
            return "failed", f"wrong content under {wrong}"
        strange = sorted(set(files) - set(wanted))
        if strange and not any(line[1] == "unlink" for line in fired):
            return "failed", f"left {strange}"
        isWhole = output == expected.output and (not scenario.target or not set(wanted) - set(files))
        if code == expected.code:
            return ("unharmed", None) if isWhole else ("failed", "a wrong answer with a good exit code")
        if fault.error in ("EINTR", "SHORT"):
            return "failed", "not invisible"
        if code == 3 and scenario.target and isWhole:
            return "failed", "exit code 3, and nothing is missing"
        if code == 3 and not scenario.target:
            return "failed", "wrong exit code"
        return "error said", self.named(fault, error, fired)

    def written(self, scenario, expected, fault, code, output, error, fired):
        """A run that writes: the archive as it was or as it should be, and the next run completes it."""
        archive = self.path(scenario.target)
        isSource = any(self.shown(line[5]).split("/")[0] == "in" for line in fired)
        left = self.reader.state(archive)
        problem = self.between(expected, left, fault)
        if problem:
            return "failed", problem
        wasRejected = False
        if code == expected.code:
            if left == expected.after:
                outcome = "unharmed"
            # A stream that ends early cannot be told from one that is short.
            elif isSource and (code == 3 or fault.error == "END" and scenario.stdin):
                outcome, wasRejected = "rejected", True
            else:
                return "failed", "a good exit code, and not all is there"
        elif fault.error in ("EINTR", "SHORT"):
            return "failed", "not invisible"
        elif code == 3 and isSource:
            outcome, wasRejected = "rejected", True
        elif code == 5 or code in (2, 4) and fault.error == "END":
            outcome = "before" if left == expected.before else "after" if left == expected.after else "partly"
        else:
            return "failed", "wrong exit code"
        if outcome != "unharmed":
            problem = self.named(fault, error, fired)
            if problem:
                return outcome, problem
        return outcome, self.finished(scenario, expected, fault, wasRejected or isSource)

    def between(self, expected, left, fault):
        if left in (expected.before, expected.after):
            return None
        if isinstance(left, str):
            return "archive is not readable: " + left
        if left is None:
            return "archive is gone" if expected.before else None
        for name in ["rows", "objects"]:
            counts = [
                collections.Counter(held.rows if name == "rows" else held.objects.values())
                if isinstance(held, state.State) else None
                for held in (expected.before, left, expected.after)
            ]
            if counts[0] and counts[0] - counts[1]:
                return f"lost {name}: {list(counts[0] - counts[1])[:3]}"
            if counts[1] - counts[2] and fault.error != "END":
                return f"doubled or strange {name}: {list(counts[1] - counts[2])[:3]}"
        return None

    def finished(self, scenario, expected, fault, mayReject):
        """Runs again, undisturbed."""
        code, _, error, _ = self.run(scenario)
        # Rejects are named by the run that meets them, so by this one or the one before.
        if code not in (0, expected.code):
            return f"the next run ends with {code}: {error}"
        archive = self.path(scenario.target)
        end = self.reader.state(archive)
        if isinstance(end, str):
            return "after the next run: " + end
        if fault.error == "END":
            lost = collections.Counter(expected.after.objects.values()) - collections.Counter(end.objects.values())
            return f"the next run leaves out {lost}" if lost else None
        if end.rows != expected.after.rows:
            return "the next run gives other rows"
        if end.objects != expected.after.objects:
            return "the next run gives other objects"
        rejects = state.rejects(archive)
        if expected.rejects - rejects:
            return f"rejects are missing: {expected.rejects - rejects}"
        if rejects - expected.rejects and not mayReject:
            return f"strange rejects: {rejects - expected.rejects}"
        left = state.leftovers(archive)
        return f"the next run leaves {left}" if left else None
