"""Spark on an archive against the archive itself: spark_check.py ARCHIVE. Needs Java and pyspark."""

import sys
import warnings

from pyspark.sql import SparkSession

import cairn
import cairn.spark

COLUMNS = ["eventTime", "eventName", "errorCode", "userIdentity.arn", "requestParameters", "readOnly", "eventID"]


def main():
    path = sys.argv[1]
    warnings.simplefilter("ignore")
    archive = cairn.open(path)
    for where, since in ((None, None), ("errorCode IS NOT NULL", None), (None, "2025-01-15")):
        expected = sorted(archive.scan(COLUMNS, where, since).rows(), key=lambda row: row["eventID"])
        for count in (1, 3, 7):
            made = cairn.spark.plan(path, COLUMNS, where, since, None, count)
            rows = [row for place in range(len(made.parts)) for batch in cairn.spark.read(made, place) for row in batch.to_pylist()]
            assert sorted(rows, key=lambda row: row["eventID"]) == expected, (where, since, count)
    spark = (SparkSession.builder.master(sys.argv[2] if len(sys.argv) > 2 else "local[2]").config("spark.ui.enabled", "false")
             .config("spark.sql.session.timeZone", "UTC").config("spark.sql.execution.arrow.maxRecordsPerBatch", "65536").getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    scan = cairn.spark.scan(spark, path, COLUMNS, partitions=3)
    spark.dataSource.register(cairn.spark.CairnDataSource)
    source = spark.read.format("cairn").option("partitions", "3").load(path)
    pruned = spark.read.format("cairn").schema("eventTime timestamp, eventName string, errorCode string").load(path)
    sql = "SELECT eventName, count(*) AS n, count(errorCode) AS e, max(eventTime) AS t FROM {} GROUP BY 1"
    ours = sorted((r["eventName"], r["n"], r["e"], r["t"].replace(tzinfo=None)) for r in archive.sql(sql.format("events")))
    for name, frame in (("scan", scan), ("source", source), ("pruned", pruned)):
        frame.createOrReplaceTempView(name)
        rows = sorted((r.eventName, r.n, r.e, r.t) for r in spark.sql(sql.format(name)).collect())
        assert rows == ours, (name, rows[:2], ours[:2])
        print(f"{name}: {len(rows)} groups equal, {frame.rdd.getNumPartitions()} partitions")
    filtered = source.where("eventName = 'AssumeRole'").count()
    assert filtered == archive.sql("SELECT count(*) AS n FROM events WHERE eventName = 'AssumeRole'").rows()[0]["n"]
    # With pushing switched on the reader takes filters; with it off it must have none.
    spark.conf.set("spark.sql.python.filterPushdown.enabled", "true")
    pushing = spark.read.format("cairn").option("pushdown", "true").option("partitions", "3").load(path)
    for condition, sql in (
        ("eventName = 'AssumeRole'", None), ("eventName IN ('AssumeRole', 'GetObject') AND errorCode IS NULL", None),
        ("NOT eventName = 'AssumeRole' AND readOnly = true", None), ("eventName LIKE 'Get%'", None),
        ("eventName > 'G' AND awsRegion = 'us-east-1'", None), ("length(eventName) = 9", None),
        ("eventTime >= timestamp'2025-01-10 00:00:00' AND eventTime < timestamp'2025-01-20 00:00:00'",
         "eventTime >= TIMESTAMP '2025-01-10 00:00:00' AND eventTime < TIMESTAMP '2025-01-20 00:00:00'"),
    ):
        found = pushing.where(condition).count()
        expected = archive.sql(f"SELECT count(*) AS n FROM events WHERE {sql or condition}").rows()[0]["n"]
        assert found == expected, (condition, found, expected)
        print(f"pushed: {condition}: {found}")
    try:
        spark.read.format("cairn").load(path + ".none").count()
    except Exception as error:  # noqa: BLE001
        print("wrong path:", str(error).splitlines()[0][:120], "…", [line for line in str(error).splitlines() if "UsageError" in line or "CairnError" in line][:1])
    spark.stop()


main()
