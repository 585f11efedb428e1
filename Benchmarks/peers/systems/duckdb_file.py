"""DuckDB: objects to a table of its own database file, the dynamic parts as text or as VARIANT."""

from pathlib import Path

from peers import schema
from peers.measure import file_bytes, in_process


def prepare() -> None:
    import duckdb  # noqa: F401


def load(objects_dir: Path, work_dir: Path, *, variant: bool = False, order: bool = False) -> dict:
    import duckdb

    from peers.systems import duckdb_source as source

    target = work_dir / "events.duckdb"
    query = source.SORTED if order else source.TYPED
    if variant:
        columns = ", ".join(f"{name}::VARIANT AS {name}" for name in schema.DYNAMIC)
        query = f"SELECT * REPLACE ({columns}) FROM ({query})"
    with in_process() as load:
        connection = duckdb.connect(str(target), config={"temp_directory": str(work_dir / "spill")})
        source.read_records(connection, objects_dir)
        connection.execute(f"CREATE TABLE events AS {query}")
        connection.execute("CHECKPOINT")
        connection.close()
    connection = duckdb.connect(str(target), read_only=True)
    probes = source.probe(connection, "events")
    used, free = connection.execute("SELECT used_blocks, free_blocks FROM pragma_database_size()").fetchone()
    return {
        "load": load,
        "bytes": file_bytes(target),
        "events": probes["events"],
        "probes": probes,
        "note": f"{used} blocks used, {free} free in the file",
        "version": f"duckdb {duckdb.__version__}",
    }
