"""DuckDB over its Parquet, its own file, or a Vortex file that offers itself as an Arrow dataset.

A result is taken as Python tuples or as an Arrow table, whichever was faster when the statement was first run: few
rows are cheaper as tuples, many as Arrow.
"""

import time
from pathlib import Path


class Session:
    def __init__(self, directory: Path, form: str):
        import duckdb

        if form == "file":
            self.connection = duckdb.connect(str(directory / "events.duckdb"), read_only=True)
            self.table = "events"
        else:
            self.connection = duckdb.connect()
            self.table = "events" if form == "vortex" else f"'{directory / 'events.parquet'}'"
            # A file's metadata is kept between queries, as Cairn keeps its archive open.
            self.connection.execute("SET parquet_metadata_cache = true")
        if form == "vortex":
            import vortex

            self.connection.register("events", vortex.open(str(directory / "events.vortex")).to_dataset())
        self.taking: dict = {}

    def as_tuples(self, sql: str) -> int:
        return len(self.connection.execute(sql).fetchall())

    def as_arrow(self, sql: str) -> int:
        return self.connection.sql(sql).to_arrow_table().num_rows

    def prepare(self, sql: str) -> str:
        sql = sql.replace("{events}", self.table)
        best = []
        for taking in (self.as_tuples, self.as_arrow):
            for _ in range(3):
                start = time.perf_counter_ns()
                taking(sql)
                best.append((time.perf_counter_ns() - start, taking.__name__, taking))
        self.taking[sql] = min(best, key=lambda found: found[0])[2]
        return sql

    def how(self, sql: str) -> str:
        return self.taking[sql].__name__.replace("_", " ")

    def run(self, sql: str) -> int:
        return self.taking[sql](sql)

    def rows(self, sql: str) -> list:
        return self.connection.execute(sql).fetchall()


def open_session(directory: Path, form: str) -> Session:
    return Session(directory, form)
