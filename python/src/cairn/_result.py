"""Rows of a statement or a scan."""

from __future__ import annotations

import ctypes
import threading
import warnings
from typing import TYPE_CHECKING, Any, Callable, Generator, Iterator

from . import _native
from ._native import ArrowArray, ArrowArrayStream, ArrowSchema, CairnWarning, check, failure, library

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

# How long Ctrl-C may wait for the first rows.
_WAIT_MILLISECONDS = 50


class _Handle:
    """A query of the library."""

    def __init__(self, pointer: int) -> None:
        self.pointer = pointer

    def __del__(self) -> None:
        if self.pointer:
            library().cairn_query_free(self.pointer)
            self.pointer = 0

    def wait(self) -> None:
        """Until the first rows are there; Ctrl-C ends the run."""
        try:
            while not library().cairn_query_wait(self.pointer, _WAIT_MILLISECONDS):
                pass
        except BaseException:
            library().cairn_query_cancel(self.pointer)
            raise

    def stream(self) -> ArrowArrayStream:
        stream, error = ArrowArrayStream(), ctypes.c_void_p()
        check(library().cairn_query_stream(self.pointer, ctypes.byref(stream), ctypes.byref(error)), error)
        return stream

    def schema(self) -> ArrowSchema:
        schema, error = ArrowSchema(), ctypes.c_void_p()
        check(library().cairn_query_schema(self.pointer, ctypes.byref(schema), ctypes.byref(error)), error)
        return schema

    def warnings(self) -> list[str]:
        return (_native.text(library().cairn_query_warnings(self.pointer)) or "").splitlines()

    def statistics(self) -> dict[str, int]:
        return _native.numbers(library().cairn_query_statistics(self.pointer))


# Streams in capsules, by their addresses: who takes one moves it out and leaves an empty one.
_streams: dict[int, tuple[ArrowArrayStream, _Handle]] = {}
_STREAM_NAME = b"arrow_array_stream"
_SCHEMA_NAME = b"arrow_schema"
_schemas: dict[int, ArrowSchema] = {}

_Destructor = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
_new_capsule = ctypes.pythonapi.PyCapsule_New
_new_capsule.restype, _new_capsule.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, _Destructor]
_capsule_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_capsule_pointer.restype, _capsule_pointer.argtypes = ctypes.c_void_p, [ctypes.c_void_p, ctypes.c_char_p]


def _release(structure: Any) -> None:
    if structure.release:
        structure.release(ctypes.byref(structure))


@_Destructor  # type: ignore[untyped-decorator]
def _drop_stream(capsule: int, pointer: Any = _capsule_pointer, known: Any = _streams, release: Any = _release) -> None:
    entry = known.pop(pointer(capsule, b"arrow_array_stream"), None)
    if entry:
        release(entry[0])


@_Destructor  # type: ignore[untyped-decorator]
def _drop_schema(capsule: int, pointer: Any = _capsule_pointer, known: Any = _schemas, release: Any = _release) -> None:
    schema = known.pop(pointer(capsule, b"arrow_schema"), None)
    if schema:
        release(schema)


class _Taken:
    """The rows of a query, once."""

    def __init__(self, handle: _Handle) -> None:
        self.handle = handle

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        stream = self.handle.stream()
        address = ctypes.addressof(stream)
        _streams[address] = (stream, self.handle)
        return _new_capsule(address, _STREAM_NAME, _drop_stream)


class Result:
    """Rows that are read when somebody takes them; each taking runs the statement anew on the archive's one state.

    Whatever takes an object with `__arrow_c_stream__` takes it: pyarrow, Polars, pandas, and DuckDB by its
    variable's name in a statement.
    """

    def __init__(self, start: Callable[[], int]) -> None:
        self._start = start
        # Errors of the statement are told where it is written.
        self._first: _Handle | None = _Handle(start())
        self._last: _Handle | None = None
        self._lock = threading.Lock()

    def _handle(self) -> _Handle:
        with self._lock:
            handle, self._first = self._first, None
        handle = handle or _Handle(self._start())
        self._last = handle
        return handle

    def _ready(self) -> _Handle:
        """A query that nobody takes yet, kept for who does."""
        with self._lock:
            if self._first is None:
                self._first = _Handle(self._start())
            return self._first

    # Schema

    @property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [name for name, _ in self._fields()]

    @property
    def types(self) -> dict[str, str]:
        """Types by column, in the letters of Arrow's C interface (`u` text, `l` int64, `tsu:UTC` timestamp, …)."""
        return dict(self._fields())

    def _fields(self) -> list[tuple[str, str]]:
        schema = self._ready().schema()
        try:
            children = [schema.children[index].contents for index in range(schema.n_children)]
            return [(child.name.decode(), (child.dictionary.contents if child.dictionary else child).format.decode())
                    for child in children]
        finally:
            _release(schema)

    def __repr__(self) -> str:
        return f"<cairn.Result of {', '.join(self.columns)}>"

    def __arrow_c_schema__(self) -> object:
        schema = self._ready().schema()
        address = ctypes.addressof(schema)
        _schemas[address] = schema
        return _new_capsule(address, _SCHEMA_NAME, _drop_schema)

    # Rows

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as a capsule of Arrow's C stream interface; a requested schema is not followed."""
        return _Taken(self._handle()).__arrow_c_stream__()

    def reader(self) -> pyarrow.RecordBatchReader:
        """Batches of rows as pyarrow reads them, one after another, in bounded memory."""
        import pyarrow

        return pyarrow.RecordBatchReader.from_stream(self)

    def arrow(self) -> pyarrow.Table:
        """All rows as a table of pyarrow."""
        import pyarrow

        handle = self._handle()
        reader = pyarrow.RecordBatchReader.from_stream(_Taken(handle))
        batches = []
        while True:
            # Here, and not where pyarrow waits, Ctrl-C is seen.
            handle.wait()
            try:
                batches.append(reader.read_next_batch())
            except StopIteration:
                break
        self._tell(handle)
        return pyarrow.Table.from_batches(batches, reader.schema)

    def polars(self) -> polars.DataFrame:
        """All rows as a data frame of Polars."""
        import polars

        handle = self._handle()
        handle.wait()
        frame = polars.DataFrame(_Taken(handle))
        self._tell(handle)
        return frame

    def pandas(self, **options: Any) -> pandas.DataFrame:
        """All rows as a data frame of pandas; `options` are those of pyarrow's `Table.to_pandas`."""
        return self.arrow().to_pandas(**options)

    def df(self) -> pandas.DataFrame:
        """The same as `pandas()`, by the name that DuckDB has for it."""
        return self.pandas()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Rows as dicts: text, int, float, bool, Decimal, aware datetime, date, or None. Needs no other package."""
        self._tell((yield from self._iterate()))

    def _iterate(self) -> Generator[dict[str, Any], None, _Handle]:
        """The same, without telling of warnings."""
        from . import _rows

        handle = self._handle()
        handle.wait()
        stream = handle.stream()
        schema = ArrowSchema()
        try:
            self._check(stream, stream.get_schema(ctypes.byref(stream), ctypes.byref(schema)))
            fields = [schema.children[index].contents for index in range(schema.n_children)]
            names = [field.name.decode() for field in fields]
            while True:
                handle.wait()
                array = ArrowArray()
                self._check(stream, stream.get_next(ctypes.byref(stream), ctypes.byref(array)))
                if not array.release:
                    break
                try:
                    values = [_rows.column(field, array.children[i].contents) for i, field in enumerate(fields)]
                finally:
                    _release(array)
                for row in zip(*values):
                    yield dict(zip(names, row))
            return handle
        finally:
            _release(schema)
            _release(stream)

    def rows(self) -> list[dict[str, Any]]:
        """All rows as dicts."""
        return list(self)

    @staticmethod
    def _check(stream: ArrowArrayStream, status: int) -> None:
        if status:
            message = stream.get_last_error(ctypes.byref(stream))
            kind = {22: 2, 125: 130}.get(status, 5)
            raise failure(kind, message.decode("utf-8", "replace") if message else None)

    # What is known after the rows were taken

    @property
    def warnings(self) -> list[str]:
        """Things to know of the last taking that are no errors; complete when all rows were taken."""
        return self._last.warnings() if self._last else []

    @property
    def statistics(self) -> dict[str, int]:
        """What the last taking read; complete when all rows were taken."""
        return self._last.statistics() if self._last else {}

    def cancel(self) -> None:
        """Ends the last taking soon. From any thread."""
        if self._last:
            library().cairn_query_cancel(self._last.pointer)

    def _tell(self, handle: _Handle) -> None:
        for warning in handle.warnings():
            warnings.warn(warning, CairnWarning, stacklevel=3)
