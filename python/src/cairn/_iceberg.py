"""Exported Parquet files as an Iceberg table, without a catalog: `metadata/` beside them, as Hadoop's tables have it.

`version-hint.text` names the newest state. It is replaced by a rename when all that the state needs is written, so that
readers see one state or the other. Catalogs (AWS Glue, REST) register the newest `vN.metadata.json`.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Iterable

from ._native import UsageError

_HINT = "version-hint.text"
#: States that can be read: the newest, and the one before, for those who are reading it.
_STATES = 2


def check() -> None:
    """Throws where what is needed is not there."""
    try:
        import pyiceberg.io.pyarrow  # noqa: F401
    except ImportError as error:
        raise UsageError("Iceberg tables are written by pyiceberg: python3 -m pip install pyiceberg pyarrow", 2) from error


def publish(target: str, location: str, files: Iterable[str], keys: Iterable[str], replacing: Callable[..., Any]) -> None:
    """Makes the Parquet files that are named below `target` the table's newest state.

    `location` is where readers find the directory. `replacing` is `export._replacing`.
    """
    table = _table(target, location, list(files), list(keys), replacing)
    wanted = {f"{location}/{path}" for path in files}
    known = {task.file.file_path: task.file for task in table.scan().plan_files()}
    if known.keys() == wanted and table.metadata.current_snapshot_id is not None:
        return
    from pyiceberg.io.pyarrow import parquet_file_to_data_file

    with table.transaction() as transaction:
        with transaction.update_snapshot().overwrite() as snapshot:
            for path, file in known.items():
                if path not in wanted:
                    snapshot.delete_data_file(file)
            for path in sorted(wanted - known.keys()):
                snapshot.append_data_file(
                    parquet_file_to_data_file(io=table.io, table_metadata=table.metadata, file_path=path))


def _table(target: str, location: str, files: list[str], keys: list[str], replacing: Callable[..., Any]) -> Any:
    from pyiceberg.catalog.noop import NoopCatalog
    from pyiceberg.io.pyarrow import PyArrowFileIO
    from pyiceberg.serializers import FromInputFile, ToOutputFile
    from pyiceberg.table import CommitTableResponse, Table
    from pyiceberg.table.update import RemoveSnapshotsUpdate, update_table_metadata

    class Folder(PyArrowFileIO):
        """Files of the table by where readers will find them."""

        def new_input(self, path: str) -> Any:
            return super().new_input(self._local(path))

        def new_output(self, path: str) -> Any:
            return super().new_output(self._local(path))

        @staticmethod
        def _local(path: str) -> str:
            return target + path[len(location):] if path.startswith(location + "/") else path

    class Catalog(NoopCatalog):
        """A table in a directory."""

        def load_table(self, identifier: Any) -> Any:
            return table

        def commit_table(self, table: Any, requirements: Any, updates: Any) -> Any:
            for requirement in requirements:
                requirement.validate(table.metadata)
            made = update_table_metadata(table.metadata, updates, metadata_location=table.metadata_location)
            old = [entry.snapshot_id for entry in sorted(made.snapshots, key=lambda entry: entry.sequence_number or 0)][:-_STATES]
            if old:
                made = update_table_metadata(made, (RemoveSnapshotsUpdate(snapshot_ids=old),))
            number = _version(target) + 1
            name = f"v{number}.metadata.json"
            ToOutputFile.table_metadata(made, io.new_output(f"{location}/metadata/{name}"), overwrite=True)
            hint = os.path.join(target, "metadata", _HINT)
            with replacing(hint + ".tmp", hint) as temporary, open(temporary, "w", encoding="ascii") as file:
                file.write(str(number))
                file.flush()
                os.fsync(file.fileno())
            return CommitTableResponse(metadata=made, metadata_location=f"{location}/metadata/{name}")

    io, number = Folder(), _version(target)
    os.makedirs(os.path.join(target, "metadata"), exist_ok=True)
    if number:
        path = f"{location}/metadata/v{number}.metadata.json"
        metadata = FromInputFile.table_metadata(io.new_input(path))
    else:
        path, metadata = f"{location}/metadata/v0.metadata.json", _empty(target, location, files, keys)
    table = Table(("cairn", "events"), metadata, path, io, Catalog("cairn"))
    return table


def _version(target: str) -> int:
    try:
        with open(os.path.join(target, "metadata", _HINT), encoding="ascii") as file:
            return int(file.read())
    except FileNotFoundError:
        return 0


def _empty(target: str, location: str, files: list[str], keys: list[str]) -> Any:
    import pyarrow.parquet
    from pyiceberg.io.pyarrow import pyarrow_to_schema
    from pyiceberg.partitioning import PartitionField, PartitionSpec
    from pyiceberg.table.metadata import new_table_metadata
    from pyiceberg.table.sorting import UNSORTED_SORT_ORDER
    from pyiceberg.transforms import DayTransform, IdentityTransform

    schema = pyarrow_to_schema(pyarrow.parquet.read_schema(os.path.join(target, files[0])))
    fields = [("eventTime", DayTransform(), "day"), *((name, IdentityTransform(), key) for key, name in keys)]
    spec = PartitionSpec(*(
        PartitionField(source_id=schema.find_field(name).field_id, field_id=1000 + place, transform=transform, name=key)
        for place, (name, transform, key) in enumerate(fields)))
    return new_table_metadata(
        schema, spec, UNSORTED_SORT_ORDER, location,
        {"schema.name-mapping.default": schema.name_mapping.model_dump_json(), "format-version": "2"})
