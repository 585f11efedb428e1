"""The parent's side of a worker: one process that keeps its data open and answers line by line."""

import json
import selectors
import subprocess
from pathlib import Path

from queries.canonical import number


class Failed(Exception):
    """A system could not answer; the text says why."""


class Remote:
    def __init__(self, name: str, command: list, log: Path, timeout: int = 300):
        self.name, self.timeout = name, timeout
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                [str(part) for part in command],
                cwd=Path(__file__).parents[1],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.process.stdout, selectors.EVENT_READ)
        self.ask("open")

    def ask(self, word: str, sql: str = "") -> dict:
        if self.process.poll() is not None:
            raise Failed(f"{self.name} has ended with {self.process.returncode}")
        try:
            self.process.stdin.write(f"{word}\t{sql}\n".encode())
            self.process.stdin.flush()
        except OSError as error:
            raise Failed(f"{self.name} has ended: {error}") from None
        if not self.selector.select(self.timeout):
            self.process.kill()
            self.process.wait()
            raise Failed(f"{self.name} was stopped after {self.timeout} s")
        line = self.process.stdout.readline()
        if not line:
            raise Failed(f"{self.name} ended with {self.process.wait()}")
        reply = json.loads(line, parse_float=number)
        if "error" in reply:
            raise Failed(reply["error"])
        return reply

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.stdin.close()
            self.process.wait()
