"""The peers in process.

An engine has open(directory) → a session, whose run(sql) answers as fast as the library can hand a whole result to
its caller and gives the number of rows, and whose rows(sql) gives the answer as Python values.
"""

# name: (module, options, directory of the loaded data = the harness's system)
ENGINES = {
    "duckdb-parquet": ("duckdb_engine", {"form": "parquet"}, "duckdb-parquet-sorted"),
    "duckdb-file": ("duckdb_engine", {"form": "file"}, "duckdb-file-sorted"),
    "clickhouse": ("clickhouse_engine", {}, "clickhouse"),
    "clickhouse-time": ("clickhouse_engine", {}, "clickhouse-time"),
    "vortex": ("duckdb_engine", {"form": "vortex"}, "vortex-sorted"),
}
TITLES = {
    "cairn": "Cairn",
    "duckdb-parquet": "DuckDB, Parquet",
    "duckdb-file": "DuckDB, own file",
    "clickhouse": "ClickHouse by name",
    "clickhouse-time": "ClickHouse by time",
    "vortex": "Vortex (by DuckDB)",
}
