"""The systems that are measured.

A module has prepare(), which does its slow imports, and load(objects_dir, work_dir, **options), which returns
  load     wall, user, system, peak_bytes of turning objects into the system's own files
  steps    the same for parts worth showing apart (optional)
  bytes    lengths of the files that are needed to read the data back
  events   how many events the system says it holds
  probes   counts over typed columns, where it has any (optional)
  note     what a reader must know about this run (optional)
  version  which version was measured
"""

import importlib

# name: (module, options of load, title, needs NDJSON)
SYSTEMS = {
    "cairn": ("cairn", {}, "Cairn", False),
    "duckdb-parquet": ("duckdb_parquet", {}, "DuckDB → Parquet zstd, delivery order", False),
    "duckdb-parquet-sorted": ("duckdb_parquet", {"order": True}, "DuckDB → Parquet zstd, sorted by time", False),
    "duckdb-parquet-19": ("duckdb_parquet", {"level": 19}, "DuckDB → Parquet zstd 19, delivery order", False),
    "duckdb-file": ("duckdb_file", {}, "DuckDB's own file", False),
    "duckdb-file-sorted": ("duckdb_file", {"order": True}, "DuckDB's own file, sorted by time", False),
    "duckdb-variant": ("duckdb_file", {"variant": True}, "DuckDB's own file, VARIANT", False),
    "clickhouse": ("clickhouse", {}, "ClickHouse MergeTree by source, name, time", False),
    "clickhouse-time": ("clickhouse", {"order": "eventTime"}, "ClickHouse MergeTree by time", False),
    "clp-s": ("clp", {}, "clp-s (from NDJSON)", True),
    "vortex": ("vortex_file", {}, "Vortex", False),
    "vortex-compact": ("vortex_file", {"compact": True}, "Vortex, compact", False),
    "vortex-sorted": ("vortex_file", {"order": True}, "Vortex, sorted by time", False),
    "zstd-3": ("zstd", {"level": 3}, "zstd -3 of NDJSON", True),
    "zstd-19": ("zstd", {"level": 19}, "zstd -19 --long=27 of NDJSON", True),
    "gzip": ("delivered", {}, "per-object gzip, as delivered", False),
    "ndjson": ("ndjson", {}, "objects → NDJSON (preparation)", False),
}


def find(name: str):
    module, options, _, _ = SYSTEMS[name]
    return importlib.import_module(f"peers.systems.{module}"), options
