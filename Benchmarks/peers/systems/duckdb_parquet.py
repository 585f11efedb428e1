"""DuckDB: objects to one zstd Parquet file."""

from pathlib import Path

from peers.measure import file_bytes, in_process


def prepare() -> None:
    import duckdb  # noqa: F401


def load(objects_dir: Path, work_dir: Path, *, order: bool = False, level: int | None = None) -> dict:
    import duckdb

    from peers.systems import duckdb_source as source

    target = work_dir / "events.parquet"
    query = source.SORTED if order else source.TYPED
    options = "FORMAT parquet, COMPRESSION zstd" + (f", COMPRESSION_LEVEL {level}" if level else "")
    with in_process() as load:
        connection = duckdb.connect(config={"temp_directory": str(work_dir / "spill")})
        source.read_records(connection, objects_dir)
        connection.execute(f"COPY ({query}) TO '{target}' ({options})")
        connection.close()
    probes = source.probe(duckdb.connect(), f"'{target}'")
    return {
        "load": load,
        "bytes": file_bytes(target),
        "events": probes["events"],
        "probes": probes,
        "version": f"duckdb {duckdb.__version__}",
    }
