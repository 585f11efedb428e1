"""Vortex: typed rows as DuckDB makes them, streamed through Arrow into a Vortex file."""

from pathlib import Path

from peers.measure import file_bytes, in_process


def prepare() -> None:
    import duckdb  # noqa: F401
    import pyarrow  # noqa: F401
    import vortex  # noqa: F401


def load(objects_dir: Path, work_dir: Path, *, compact: bool = False, order: bool = False) -> dict:
    import duckdb
    import vortex

    from peers import schema
    from peers.systems import duckdb_source as source

    target = work_dir / "events.vortex"
    # Vortex has neither Arrow's UUID nor its JSON extension type: 16 bytes are not offered, so both go as text.
    plain = ", ".join(
        f"{name}::VARCHAR AS {name}" for name, kind in schema.EVENT.items() if kind in ("uuid", "json")
    )
    rows = source.SORTED if order else source.TYPED
    with in_process() as load:
        connection = duckdb.connect(config={"temp_directory": str(work_dir / "spill")})
        with in_process() as parse:
            source.read_records(connection, objects_dir)
        reader = connection.execute(f"SELECT * REPLACE ({plain}) FROM ({rows})").to_arrow_reader(65_536)
        options = vortex.io.VortexWriteOptions.compact() if compact else vortex.io.VortexWriteOptions.default()
        options.write(reader, str(target))
        connection.close()
    found = duckdb.connect().from_arrow(vortex.open(str(target)).to_arrow())
    probes = dict(zip(schema.PROBES, found.aggregate(", ".join(schema.PROBES.values())).fetchall()[0]))
    return {
        "load": load,
        "steps": {"objects to records in DuckDB": parse},
        "bytes": file_bytes(target),
        "events": probes["events"],
        "probes": probes,
        "version": f"vortex-data {vortex.__version__} (rows made by duckdb {duckdb.__version__})",
    }
