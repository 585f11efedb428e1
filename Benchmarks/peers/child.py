"""One load of one system, in a process of its own: python -m peers.child SYSTEM OBJECTS WORK SPAWNED.

SPAWNED is the parent's monotonic clock just before it started this process, so that the interpreter's start is
measured too. Prints one JSON object as the last line of stdout.
"""

import time

ENTERED = time.monotonic()

import json  # noqa: E402
import resource  # noqa: E402
import sys  # noqa: E402
import traceback  # noqa: E402
from pathlib import Path  # noqa: E402

from peers import systems  # noqa: E402


def main() -> None:
    name, objects_dir, work_dir, spawned = sys.argv[1:]
    result = {"interpreter_s": ENTERED - float(spawned)}
    try:
        start = time.monotonic()
        module, options = systems.find(name)
        module.prepare()
        result["import_s"] = time.monotonic() - start
        result["start_peak_bytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        result.update(module.load(Path(objects_dir), Path(work_dir), **options))
    except Exception as error:
        reason = " ".join(str(error).split())[:400]
        result["failed"] = f"{type(error).__name__}: {reason}"
        traceback.print_exc()
    print(json.dumps(result))


main()
