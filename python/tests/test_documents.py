"""What the pages say of the Python package, executed on what `make demo` makes: 50,000 events over 60 days.

Needs the command (CAIRN_BINARY, or .build/release/cairn); what needs a package that is not here is skipped.
"""

import ast
import contextlib
import io
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings

import cairn
from test_cairn import has
from test_questions import BINARY

ROOT = pathlib.Path(__file__).resolve().parents[2]


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / page).read_text(), re.S | re.M)


def console(text):
    """Commands behind `$` with the lines that they show."""
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        elif found:
            found[-1][1].append(line)
    return found


@unittest.skipIf(BINARY is None, "without the command")
class DocumentTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.before = os.getcwd()
        cls.work = tempfile.TemporaryDirectory()
        cls.root = pathlib.Path(cls.work.name)
        subprocess.run(
            [BINARY, "synth", "--events", "50000", "--days", "60", "--out", str(cls.root / "AWSLogs-made")], check=True, capture_output=True)
        # The pages call the tree by its own name.
        os.rename(cls.root / "AWSLogs-made/AWSLogs", cls.root / "AWSLogs")
        cairn.compact(cls.root / "AWSLogs", cls.root / "archive", progress=False)
        (cls.root / "networks.csv").write_text("address,owner\n13.58.221.8,lab\n")
        (cls.root / "archives").mkdir()
        shutil.copytree(cls.root / "archive", cls.root / "archives/2025-01")
        # The commands as this environment has them.
        (cls.root / "bin").mkdir()
        os.symlink(sys.executable, cls.root / "bin/python3")
        os.symlink(BINARY, cls.root / "bin/cairn")
        os.chdir(cls.root)
        warnings.simplefilter("ignore", cairn.CairnWarning)

    @classmethod
    def tearDownClass(cls):
        os.chdir(cls.before)
        cls.work.cleanup()

    def run_console(self, page, options=""):
        environment = {**os.environ, "PATH": f"{self.root}/bin:{os.environ['PATH']}"}
        count = 0
        for text in blocks(page, "console"):
            for command, shown in console(text):
                if "pip install" in command:
                    # It is installed, or its name is wrong.
                    for name in shlex.split(command)[4:]:
                        self.assertTrue(name.startswith("dist/cairn-") or name in ("pyarrow", "pyiceberg"), command)
                    continue
                if "--iceberg" in command:
                    shutil.rmtree("lake", ignore_errors=True)
                # A symbolic link loses the environment that it is of.
                done = subprocess.run(
                    ["bash", "-c", command.replace("python3 ", f"{shlex.quote(sys.executable)} ")], env=environment, capture_output=True,
                    text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
                said = done.stdout + done.stderr
                for line in shown:
                    self.assertIn(line, said, command)
                count += 1
        return count

    @has("pyarrow", "pyiceberg")
    def test_commands_about_exports(self):
        self.assertGreater(self.run_console("docs/export.md"), 3)

    def test_commands_about_python(self):
        self.assertGreater(self.run_console("docs/python.md"), 0)

    @has("pyarrow", "polars", "pandas", "duckdb")
    def test_programs(self):
        names = {}
        programs = [text for text in blocks("docs/python.md", "python") if "cairn.spark" not in text]
        self.assertEqual(len(programs), 3)
        asked = 0
        for text in programs + blocks("README.md", "python") + blocks("docs/scale.md", "python"):
            for part in ast.parse(text).body:
                with self.subTest(ast.unparse(part)), contextlib.redirect_stdout(io.StringIO()) as said:
                    if not isinstance(part, ast.Expr):
                        exec(compile(ast.Module([part], []), "page", "exec"), names)  # noqa: S102
                        continue
                    value = eval(compile(ast.Expression(part.value), "page", "eval"), names)  # noqa: S307
                    rows = self.rows_of(value)
                    self.assertTrue(rows or said.getvalue(), "no rows")
                    asked += 1
        self.assertGreater(asked, 6)
        self.assertTrue((self.root / "restored").is_dir())

    @staticmethod
    def rows_of(value):
        """What an expression gives, as something that is empty where there are no rows."""
        if hasattr(value, "fetchall"):
            return value.fetchall()
        return value.rows() if isinstance(value, cairn.Result) else [] if value is None else value if isinstance(value, dict) else list(value)

    @has("pyarrow", "duckdb", "sqlglot")
    def test_athena(self):
        """The table's columns are those of the files, and what is asked of it has rows: by a parser that knows Athena,
        and in DuckDB's words."""
        import duckdb
        import pyarrow.parquet
        import sqlglot
        from cairn import export

        lake = self.root / "athena"
        export.export(self.root / "archive", lake)
        (text,) = blocks("docs/export.md", "sql")
        table, question = sqlglot.parse(text, read="athena")
        schema = table.this
        self.assertEqual(table.args["kind"], "TABLE")
        columns = {c.name: c.args["kind"].sql("hive").lower() for c in schema.expressions if isinstance(c, sqlglot.exp.ColumnDef)}
        kinds = {"timestamp[us, tz=UTC]": "timestamp", "bool": "boolean", "string": "string"}
        written = pyarrow.parquet.read_schema(next(lake.glob("day=*/*.parquet")))
        self.assertEqual({field.name.lower(): kinds[str(field.type)] for field in written}, columns)
        self.assertIn("PARTITIONED BY (day string)", text)
        self.assertTrue(all(re.fullmatch(r"day=\d{4}-\d\d-\d\d", path.name) for path in lake.glob("day=*")))
        # The path of a partition by its template.
        template = re.search(r"'storage.location.template' = 's3://BUCKET/lake/(.*?)'", text)[1]
        self.assertTrue((lake / template.replace("${day}", "2025-01-30")).is_dir())
        duckdb.sql(f"CREATE OR REPLACE VIEW cloudtrail AS FROM read_parquet('{lake}/**/*.parquet', hive_partitioning = true, hive_types = {{'day': VARCHAR}})")
        asked = question.sql("duckdb")
        self.assertNotEqual(duckdb.sql(asked).fetchall(), [], asked)
        self.assertIn("read_parquet('lake/**/*.parquet', hive_partitioning = true)", (ROOT / "docs/export.md").read_text())


if __name__ == "__main__":
    unittest.main()
