"""Statements through the package against `cairn query`, row by row: compare_suite.py CAIRN ARCHIVE FILE.sql…"""

import pathlib
import subprocess
import sys
import warnings

import cairn
from comparison import parsed, same

# How a statement may be asked; with static types columns that values would decide on are text, so rows are counted.
WAYS = ({}, {"dictionaries": True, "threads": 1}, {"static_types": True})


def differences(binary, path, statements, kinds=None):
    """What is not the same, a line each. `kinds` counts the Arrow types of the columns."""
    archive, found = cairn.open(path), []
    for name, sql in statements.items():
        answer = subprocess.run([binary, "query", path, sql, "--output", "jsonl"], capture_output=True, text=True)
        theirs = [list(parsed(line).values()) for line in answer.stdout.splitlines()]
        for options in WAYS:
            try:
                result = archive.sql(sql, **options)
                for kind in result.types.values() if kinds is not None else ():
                    kinds[kind] = kinds.get(kind, 0) + 1
                ours = [list(row.values()) for row in result]
            except cairn.CairnError as error:
                if answer.returncode == 0:
                    found.append(f"{name} {options}: {error}")
                continue
            if answer.returncode:
                found.append(f"{name} {options}: rows, where the command says {answer.stderr}")
            elif len(ours) != len(theirs):
                found.append(f"{name} {options}: {len(ours)} rows, not {len(theirs)}")
            elif not options.get("static_types"):
                pairs = [(a, b) for a, b in zip(ours, theirs) if len(a) != len(b) or not all(map(same, a, b))]
                if pairs:
                    found.append(f"{name} {options}: {len(pairs)} rows differ: {pairs[:2]}")
    return found


def main():
    binary, path, *files = sys.argv[1:]
    warnings.simplefilter("ignore")
    kinds = {}
    found = differences(binary, path, {file: pathlib.Path(file).read_text() for file in files}, kinds)
    print(*found, f"{len(files)} statements, {len(found)} different; columns by type: {kinds}", sep="\n")
    sys.exit(len(found) > 0)


if __name__ == "__main__":
    main()
