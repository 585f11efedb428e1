"""Statements through the package against `cairn query`, row by row: compare_suite.py CAIRN ARCHIVE FILE.sql…

"""

import pathlib
import subprocess
import sys
import warnings

import cairn
from comparison import parsed, same

def main():
    binary, path, *files = sys.argv[1:]
    archive, failures, kinds = cairn.open(path), 0, {}
    warnings.simplefilter("ignore")
    for file in files:
        sql = pathlib.Path(file).read_text()
        answer = subprocess.run([binary, "query", path, sql, "--output", "jsonl"], capture_output=True, text=True)
        theirs = [list(parsed(line).values()) for line in answer.stdout.splitlines()]
        for options in ({}, {"dictionaries": True, "threads": 1}, {"static_types": True}):
            try:
                result = archive.sql(sql, **options)
                for kind in result.types.values():
                    kinds[kind] = kinds.get(kind, 0) + 1
                ours = [list(row.values()) for row in result]
            except cairn.CairnError as error:
                if answer.returncode == 0:
                    print(f"{file}: {error}")
                    failures += 1
                continue
            if options.get("static_types"):
                equal = len(ours) == len(theirs)
            else:
                equal = len(ours) == len(theirs) and all(
                    len(a) == len(b) and all(map(same, a, b)) for a, b in zip(ours, theirs))
            if not equal:
                failures += 1
                difference = [(a, b) for a, b in zip(ours, theirs) if not all(map(same, a, b))]
                print(f"{file} {options}: {len(ours)} rows, not {len(theirs)}: {difference[:2]}")
    print(f"{len(files)} statements, {failures} different; columns by type: {kinds}")
    sys.exit(failures > 0)


main()
