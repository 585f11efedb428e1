"""The query suite of the tests and the questions of the benchmarks through the package, against `cairn query`."""

import pathlib
import subprocess
import sys
import tempfile
import unittest
import warnings

import cairn
import compare_suite
from test_questions import BINARY, ROOT


@unittest.skipIf(BINARY is None, "without the command")
class SuiteTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter("ignore", cairn.CairnWarning)
        cls.work = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.work.name)
        subprocess.run(
            [BINARY, "synth", "--events", "20000", "--days", "30", "--out", str(cls.root / "logs")], check=True, capture_output=True)
        cairn.compact(cls.root / "logs", cls.root / "archive", progress=False)

    @classmethod
    def tearDownClass(cls):
        cls.work.cleanup()

    def test_suite(self):
        files = [path for path in sorted((ROOT / "Tests/CairnQueryTests/Suite").glob("*.sql")) if ".duckdb." not in path.name]
        self.assertGreater(len(files), 150)
        statements = {path.name: path.read_text() for path in files}
        self.assertEqual(compare_suite.differences(BINARY, self.root / "archive", statements), [])

    def test_benchmarks(self):
        sys.path.insert(0, str(ROOT / "Benchmarks"))
        from queries import data, kinds, statements

        asked = statements.questions(data.choose(pathlib.Path(BINARY), self.root / "archive", 30)) + kinds.kinds()
        self.assertGreater(len(asked), 55)
        spelled = {question.name: question.spelled("cairn") for question in asked}
        self.assertEqual(compare_suite.differences(BINARY, self.root / "archive", spelled), [])


if __name__ == "__main__":
    unittest.main()
