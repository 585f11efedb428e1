"""A standalone Spark cluster on the loopback address: a master, and workers of one core each. Needs Java and pyspark."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pyspark

HOME = pathlib.Path(pyspark.__file__).parent
EXECUTOR = b"CoarseGrainedExecutorBackend"


def _free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


def _processes():
    """Every process: its parent and its command."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found[int(entry.name)] = (parent, (entry / "cmdline").read_bytes())
    return found


def children(pid, containing=b""):
    """Processes below one, whose commands contain something."""
    every, found, wanted = _processes(), [], {pid}
    while wanted:
        wanted = {child for child, (parent, _) in every.items() if parent in wanted}
        found += [child for child in wanted if containing in every[child][1]]
    return found


class Cluster:
    """Ends with everything that it started."""

    def __init__(self, work, workers=2):
        self.work = pathlib.Path(work)
        self.port, self.web = _free_port(), _free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self.count = 0
        self.environment = {
            **os.environ, "SPARK_HOME": str(HOME), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_DAEMON_MEMORY": "384m",
            "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable,
        }
        self.master = self._start(
            "Master", "--host", "127.0.0.1", "--port", str(self.port), "--webui-port", str(self.web))
        self.workers = []
        try:
            self._wait(lambda: self._alive() is not None)
            for _ in range(workers):
                self.workers.append(self._worker())
            self.settle()
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def _start(self, name, *arguments):
        log = open(self.work / f"{name}-{self.count}.log", "wb")
        self.count += 1
        with log:
            return subprocess.Popen(
                [HOME / "bin/spark-class", f"org.apache.spark.deploy.{name.lower()}.{name}", *arguments],
                env=self.environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)

    def _worker(self):
        return self._start(
            "Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir",
            str(self.work / "executors"), self.url)

    def _alive(self):
        """How many workers the master knows; None where it does not answer."""
        import json

        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.web}/json/", timeout=5) as answer:
                return json.load(answer)["aliveworkers"]
        except OSError:
            return None

    @staticmethod
    def _wait(done, seconds=120):
        end = time.monotonic() + seconds
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("the cluster does not come up")
            time.sleep(0.1)

    def settle(self):
        """Until the master has all workers."""
        self._wait(lambda: (self._alive() or 0) >= len(self.workers))

    def executors(self):
        """Processes that run tasks, by their workers."""
        return [pid for worker in self.workers for pid in children(worker.pid, EXECUTOR)]

    def kill_executor(self, place):
        """Kills one as the system does that has no memory left; gives whether there was one."""
        found = self.executors()
        if not found:
            return False
        os.kill(found[place % len(found)], signal.SIGKILL)
        return True

    def kill_worker(self, place):
        """Kills a worker and starts another; what it started ends by itself."""
        worker = self.workers[place % len(self.workers)]
        worker.kill()
        worker.wait()
        self.workers[place % len(self.workers)] = self._worker()

    def stop(self):
        for process in [*self.workers, self.master]:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
        for process in [*self.workers, self.master]:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
