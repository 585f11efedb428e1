"""Objects to typed rows in DuckDB, for all systems that load through it.

Records are put into a temporary table first. In one streaming query from_json gets the few records of one object at
a time, and setting up its struct vectors for each costs four times the CPU of the whole two-step load (measured).
"""

from pathlib import Path

from peers import schema

RECORDS = "CREATE TEMP TABLE records AS SELECT unnest(json->'$.Records[*]') AS record FROM read_json_objects(?)"
TYPED = f"SELECT event.* FROM (SELECT from_json(record, '{schema.duckdb_structure()}') AS event FROM records)"
SORTED = f"SELECT * FROM ({TYPED}) ORDER BY eventTime"
PROBES = "SELECT " + ", ".join(schema.PROBES.values()) + " FROM "


def read_records(connection, objects_dir: Path) -> None:
    connection.execute(RECORDS, [f"{objects_dir}/**/*.json.gz"])


def probe(connection, table: str) -> dict:
    row = connection.execute(PROBES + table).fetchone()
    return dict(zip(schema.PROBES, row))
