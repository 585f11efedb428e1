"""`python -m cairn`: export, and statements where the command itself is not at hand."""

from __future__ import annotations

import argparse
import sys

from . import __version__
from ._native import CairnError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m cairn", description="Cairn archives in Python.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    export = commands.add_parser("export", help="write an archive as files that other systems read")
    _add_export(export)
    query = commands.add_parser("query", help="rows of a statement as JSON lines")
    query.add_argument("archive")
    query.add_argument("statement")
    return parser


def _add_export(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("archive")
    parser.add_argument("--to", required=True, metavar="DIR", help="an empty directory, or that of an earlier export")
    parser.add_argument("--format", default="parquet", choices=("parquet", "ndjson", "csv", "objects"))
    parser.add_argument("--since", metavar="T")
    parser.add_argument("--until", metavar="T")
    parser.add_argument("--where", metavar="CONDITION")
    parser.add_argument("--by", default="", metavar="KEYS", help="account, region or both, with a comma between")
    parser.add_argument("--records", action="store_true", help="add the whole record as the column eventJson")
    parser.add_argument("--variant", action="store_true", help="Parquet's VARIANT for objects, by DuckDB, instead of JSON text")
    parser.add_argument("--iceberg", action="store_true", help="make an Iceberg table of the Parquet files")
    parser.add_argument("--location", metavar="URL", help="where the table's readers will find DIR, such as s3://bucket/lake")
    parser.add_argument("--quiet", action="store_true")


def _export(arguments: argparse.Namespace) -> None:
    from . import export as exporting

    show = None if arguments.quiet or not sys.stderr.isatty() else exporting.Show()
    try:
        done = exporting.export(
            arguments.archive, arguments.to, arguments.format, since=arguments.since, until=arguments.until,
            where=arguments.where, by=[key for key in arguments.by.split(",") if key], records=arguments.records, variant=arguments.variant,
            iceberg=arguments.location or arguments.iceberg, progress=show)
    finally:
        if show:
            show.end()
    if not arguments.quiet:
        print("  ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in done.items()), file=sys.stderr)


def _query(arguments: argparse.Namespace) -> None:
    import json

    from . import open as open_archive

    for row in open_archive(arguments.archive).sql(arguments.statement):
        print(json.dumps(row, ensure_ascii=False, default=str))


def main(arguments: list[str] | None = None) -> int:
    """Runs a command; gives its exit code, the same as that of `cairn`."""
    parsed = _parser().parse_args(arguments)
    try:
        (_export if parsed.command == "export" else _query)(parsed)
    except CairnError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"error: {error}", file=sys.stderr)
        return 5
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        if parsed.command == "export":
            print("files that are there are whole; the same command goes on from there", file=sys.stderr)
        return 130
    return 0


def export_command() -> int:
    """`cairn-export`: the same as `python -m cairn export`."""
    return main(["export", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
