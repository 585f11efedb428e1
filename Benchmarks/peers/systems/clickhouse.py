"""ClickHouse in process (chdb): objects to a MergeTree of typed columns, every column ZSTD(3)."""

from pathlib import Path

from peers import schema
from peers.measure import file_bytes, in_process

BY_NAME = "(eventSource, eventName, eventTime)"


def prepare() -> None:
    import chdb.session  # noqa: F401


def load(objects_dir: Path, work_dir: Path, *, order: str = BY_NAME) -> dict:
    from chdb.session import Session

    columns = ", ".join(
        f"`{name}` {schema.clickhouse_type(kind)} CODEC(ZSTD(3))" for name, kind in schema.EVENT.items()
    )
    event = schema.clickhouse_type(schema.EVENT).replace("'", "\\'")
    elements = ", ".join(f"tupleElement(event, '{name}') AS `{name}`" for name in schema.EVENT)
    source = f"file('{objects_dir}/**/*.json.gz', 'JSONAsString', 'json String')"
    with in_process() as load:
        session = Session(str(work_dir / "clickhouse"))
        session.query("CREATE DATABASE cloudtrail ENGINE = Atomic")
        session.query(
            f"CREATE TABLE cloudtrail.events ({columns}) ENGINE = MergeTree ORDER BY {order} "
            "SETTINGS allow_nullable_key = 1"
        )
        session.query(
            f"INSERT INTO cloudtrail.events SELECT {elements} FROM (SELECT JSONExtract(record, '{event}') AS event "
            f"FROM (SELECT arrayJoin(JSONExtractArrayRaw(json, 'Records')) AS record FROM {source}))"
        )
        with in_process() as merge:
            session.query("OPTIMIZE TABLE cloudtrail.events FINAL")
    paths = session.query("SELECT path FROM system.parts WHERE table = 'events' AND active", "TSV").bytes().decode()
    probes = ", ".join(schema.PROBES.values())
    counts = session.query(f"SELECT {probes} FROM cloudtrail.events", "TSV").bytes().decode().split()
    found = dict(zip(schema.PROBES, map(int, counts)))
    version = session.query("SELECT version()", "TSV").bytes().decode().strip()
    return {
        "load": load,
        "steps": {"OPTIMIZE FINAL": merge},
        "bytes": sum(file_bytes(Path(path)) for path in paths.split()),
        "events": found["events"],
        "probes": found,
        "note": f"files of {len(paths.split())} active part; merged parts that wait for deletion are not counted",
        "version": f"ClickHouse {version} (chdb)",
    }
