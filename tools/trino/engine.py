"""Asks Cairn's shell many statements, one after the other. The shell wants a terminal, so it gets one."""
import json
import os
import pty
import select
import subprocess
import tempfile
import termios
import time


class Number(str):
    """A JSON number as it is spelled."""


class Members(list):
    """A JSON object: pairs, in order, of which two may have one key."""


def parse(line):
    return json.loads(line, parse_int=Number, parse_float=Number, object_pairs_hook=Members, parse_constant=Number)


class Outcome:
    """The rows of a statement, each a list of values, or its error."""

    def __init__(self):
        self.rows, self.error = [], None


class Engine:
    # Seconds after which a statement is given up.
    patience = 120

    def __init__(self, cairn, archive):
        self.command = [cairn, "query", archive, "--output", "jsonl", "--quiet"]
        self.process = None

    def run(self, statements):
        """The outcomes of statements, in order."""
        return [self.ask(statement, number) for number, statement in enumerate(statements)]

    def start(self):
        here, there = pty.openpty()
        modes = termios.tcgetattr(there)
        modes[1] &= ~termios.OPOST
        modes[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
        termios.tcsetattr(there, termios.TCSANOW, modes)
        # A terminal without abilities: nothing is edited, nothing is in colour. The history is nobody's.
        environment = dict(os.environ, TERM="dumb", XDG_STATE_HOME=tempfile.mkdtemp(prefix="cairn-trino-"))
        self.process = subprocess.Popen(
            self.command, stdin=there, stdout=there, stderr=there, env=environment, start_new_session=True)
        os.close(there)
        self.terminal, self.buffer = here, b""

    def stop(self):
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)
        self.process = None

    def ask(self, statement, number):
        if self.process is None:
            self.start()
        outcome, mark = Outcome(), f'{{"#":"{number}"}}'.encode()
        text = f"{statement}\n;\nSELECT '{number}' AS \"#\";\n".encode("utf-8", "replace").replace(b"\0", b"?")
        lines = self.exchange(text, mark)
        if lines is None:
            code = self.process.poll()
            outcome.error = "CRASH " + str(code) if code is not None else f"CRASH: no answer in {self.patience} s"
            self.stop()
            return outcome
        for line in lines:
            while line.startswith(("cairn> ", "   ..> ")):
                line = line[7:]
            if line.startswith("{"):
                self.take_row(outcome, line)
            elif line.strip() and outcome.error is None and not line.startswith(("Statements", "Lines cannot")):
                if not (line.startswith("cairn ") and "events." in line):
                    outcome.error = line
        return outcome

    def take_row(self, outcome, line):
        try:
            outcome.rows.append([value for _, value in parse(line)])
        except ValueError:
            outcome.error = "output that is no JSON: " + line[:200]

    def exchange(self, text, mark):
        """Sends text, and gives the lines that come before the mark; None where none comes."""
        end = time.monotonic() + self.patience
        while mark not in self.buffer:
            readable, writable, _ = select.select([self.terminal], [self.terminal] if text else [], [], 1)
            try:
                if readable:
                    self.buffer += os.read(self.terminal, 1 << 16)
                if writable:
                    text = text[os.write(self.terminal, text[:2000]) :]
            except OSError:
                return None
            if time.monotonic() > end or (not readable and self.process.poll() is not None):
                return None
        before, _, self.buffer = self.buffer.partition(mark)
        return before.decode("utf-8", "replace").split("\n")
