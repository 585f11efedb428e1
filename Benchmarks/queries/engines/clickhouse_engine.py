"""ClickHouse in process (chdb). Results come in its Native format, or in the one that the statement names."""

import json
from pathlib import Path


class Session:
    def __init__(self, directory: Path):
        from chdb.session import Session as Opened

        self.session = Opened(str(directory / "clickhouse"))

    def prepare(self, sql: str) -> str:
        for _ in range(3):
            self.run(sql)
        return sql

    def how(self, _: str) -> str:
        return "bytes"

    def run(self, sql: str) -> int:
        return self.session.query(sql, "Native").rows_read()  # of the result

    def rows(self, sql: str) -> list:
        text = self.session.query(sql, "JSONCompactEachRow").bytes().decode()
        rows = [json.loads(line) for line in text.splitlines()]
        return [row if isinstance(row, list) else [row] for row in rows]


def open_session(directory: Path) -> Session:
    return Session(directory)
