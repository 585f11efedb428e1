"""Questions of every kind that an investigator asks, beside the nine: a name says the kind, its number the question.

Each is spelled for Cairn as for Athena, and for DuckDB over the columns of peers/schema.py. ClickHouse is not asked.
Where rows that the ordering columns do not tell apart may come in any order, these are no part of `order`.
"""

from queries.statements import Question

ARN, KEY = "userIdentity.arn", "userIdentity.accessKeyId"
BYTES_OUT = "additionalEventData.bytesTransferredOut"


def both(name: str, title: str, sql: str, **more) -> Question:
    """Spelled alike, but for the table."""
    return Question(name, title, sql.format(events="events"), sql, "", **more)


def pair(name: str, title: str, cairn: str, duckdb: str, **more) -> Question:
    return Question(name, title, cairn, duckdb, "", **more)


def grouping() -> list[Question]:
    when = "from_iso8601_timestamp(eventTime)"
    return [
        both("G1", "count, first and last time of each principal",
             f"SELECT {ARN} AS arn, count(*) AS n, min(eventTime) AS a, max(eventTime) AS z FROM {{events}} GROUP BY 1"),
        pair("G2", "calls by hour and source",
             f"SELECT date_trunc('hour', {when}) AS h, eventSource, count(*) AS n FROM events GROUP BY 1, 2",
             "SELECT date_trunc('hour', eventTime) AS h, eventSource, count(*) AS n FROM {events} GROUP BY 1, 2"),
        both("G3", "first time that each principal made each call",
             f"SELECT {ARN} AS arn, eventName, min(eventTime) AS a FROM {{events}} GROUP BY 1, 2"),
        both("G4", "four keys, newest address of each",
             "SELECT eventName, eventSource, awsRegion, userIdentity.type AS t, count(*) AS n, min(eventTime) AS a, "
             "max(eventTime) AS z FROM {events} GROUP BY 1, 2, 3, 4"),
        both("G5", "calls and errors of each access key",
             f"SELECT {KEY} AS k, count(*) AS n, sum(CASE WHEN errorCode IS NOT NULL THEN 1 ELSE 0 END) AS e "
             "FROM {events} GROUP BY 1"),
        both("G6", "request IDs that occur more than once",
             "SELECT requestID, count(*) AS n FROM {events} GROUP BY 1 HAVING count(*) > 1"),
        both("G7", "addresses with their programs",
             "SELECT sourceIPAddress, userAgent, count(*) AS n FROM {events} GROUP BY 1, 2"),
        both("G8", "source, region and type, two sets of totals",
             "SELECT eventSource, awsRegion, count(*) AS n FROM {events} GROUP BY ROLLUP(eventSource, awsRegion)"),
        pair("G9", "quarters of an hour",
             f"SELECT CAST(floor(to_unixtime({when}) / 900) AS bigint) AS q, count(*) AS n, count(errorCode) AS e "
             "FROM events GROUP BY 1",
             "SELECT CAST(floor(epoch(eventTime) / 900) AS bigint) AS q, count(*) AS n, count(errorCode) AS e "
             "FROM {events} GROUP BY 1"),
        pair("G10", "hours of the week",
             f"SELECT day_of_week({when}) AS d, hour({when}) AS h, count(*) AS n FROM events GROUP BY 1, 2",
             "SELECT isodow(eventTime) AS d, hour(eventTime) AS h, count(*) AS n FROM {events} GROUP BY 1, 2"),
    ]  # fmt: skip


def aggregates() -> list[Question]:
    taken = f"(additionalEventData->>'$.bytesTransferredOut')"
    return [
        both("A1", "distinct keys and addresses of each principal",
             f"SELECT {ARN} AS arn, count(DISTINCT {KEY}) AS k, count(DISTINCT sourceIPAddress) AS i FROM {{events}} "
             "GROUP BY 1 HAVING count(DISTINCT sourceIPAddress) > 3"),
        both("A2", "distinct events and requests",
             "SELECT count(DISTINCT eventID) AS e, count(DISTINCT requestID) AS r FROM {events}"),
        pair("A3", "bytes out of each source",
             f"SELECT eventSource, round(avg(CAST({BYTES_OUT} AS double)), 3) AS a, "
             f"sum(CAST({BYTES_OUT} AS double)) AS s FROM events GROUP BY 1",
             f"SELECT eventSource, round(avg(CAST({taken} AS double)), 3) AS a, sum(CAST({taken} AS double)) AS s "
             "FROM {events} GROUP BY 1"),
        pair("A4", "largest, least and deviation of the bytes by principal",
             f"SELECT {ARN} AS arn, max(CAST({BYTES_OUT} AS bigint)) AS z, min(CAST({BYTES_OUT} AS bigint)) AS a, "
             f"round(stddev(CAST({BYTES_OUT} AS bigint)), 2) AS d FROM events GROUP BY 1",
             f"SELECT {ARN} AS arn, max(CAST(CAST({taken} AS double) AS bigint)) AS z, "
             f"min(CAST(CAST({taken} AS double) AS bigint)) AS a, "
             f"round(stddev(CAST(CAST({taken} AS double) AS bigint)), 2) AS d FROM {{events}} GROUP BY 1"),
        both("A5", "first and last program by text, errors",
             "SELECT eventName, min(userAgent) AS a, max(userAgent) AS z, count_if(errorCode IS NOT NULL) AS e "
             "FROM {events} GROUP BY 1"),
        both("A6", "denied calls and principals of each call",
             f"SELECT eventName, count(*) FILTER (WHERE errorCode = 'AccessDenied') AS d, count(DISTINCT {ARN}) AS p "
             "FROM {events} GROUP BY 1 ORDER BY d DESC, eventName LIMIT 20", order=(0, 1)),
        pair("A7", "list of each principal's calls",
             f"SELECT {ARN} AS arn, array_join(array_sort(array_agg(DISTINCT eventName)), ' ') AS l FROM events GROUP BY 1",
             f"SELECT {ARN} AS arn, array_to_string(list_sort(list(DISTINCT eventName)), ' ') AS l "
             "FROM {events} GROUP BY 1"),
        pair("A8", "errors of each principal in their order",
             f"SELECT {ARN} AS arn, listagg(eventName, ',') WITHIN GROUP (ORDER BY eventTime, eventID) AS l FROM events "
             "WHERE errorCode IS NOT NULL GROUP BY 1",
             f"SELECT {ARN} AS arn, string_agg(eventName, ',' ORDER BY eventTime, eventID) AS l FROM {{events}} "
             "WHERE errorCode IS NOT NULL GROUP BY 1"),
        both("A9", "who only fails, who ever failed",
             f"SELECT {ARN} AS arn, bool_and(errorCode IS NOT NULL) AS a, bool_or(errorCode = 'AccessDenied') AS o "
             "FROM {events} GROUP BY 1"),
        both("A10", "newest event of each principal",
             f"SELECT {ARN} AS arn, max_by(eventID, eventID) AS i, min_by(eventName, eventID) AS c FROM {{events}} "
             "GROUP BY 1"),
    ]  # fmt: skip


def windows() -> list[Question]:
    over = f"OVER (PARTITION BY {ARN} ORDER BY eventTime, eventID)"
    lag = f"lag(eventTime) OVER (PARTITION BY {ARN} ORDER BY eventTime)"
    return [
        pair("W1", "longest gap between a principal's errors",
             f"SELECT arn, max(gap) AS gap FROM (SELECT {ARN} AS arn, date_diff('second', from_iso8601_timestamp({lag}), "
             "from_iso8601_timestamp(eventTime)) AS gap FROM events WHERE errorCode IS NOT NULL) GROUP BY 1",
             f"SELECT arn, max(gap) AS gap FROM (SELECT {ARN} AS arn, date_diff('second', {lag}, eventTime) AS gap "
             "FROM {events} WHERE errorCode IS NOT NULL) GROUP BY 1"),
        both("W2", "newest three events of each principal",
             f"SELECT arn, eventTime, eventName FROM (SELECT {ARN} AS arn, eventTime, eventName, row_number() OVER "
             f"(PARTITION BY {ARN} ORDER BY eventTime DESC, eventID) AS n FROM {{events}}) WHERE n <= 3"),
        both("W3", "which call follows which of the same key",
             "SELECT eventName, next, count(*) AS n FROM (SELECT eventName, lead(eventName) OVER "
             f"(PARTITION BY {KEY} ORDER BY eventTime, eventID) AS next FROM {{events}}) GROUP BY 1, 2"),
        both("W4", "running number of errors, last ten calls",
             "SELECT eventID, e, t FROM (SELECT eventID, eventSource, "
             f"count(errorCode) {over} AS e, count(errorCode) OVER (PARTITION BY {ARN} ORDER BY eventTime, eventID "
             "ROWS BETWEEN 9 PRECEDING AND CURRENT ROW) AS t FROM {events}) WHERE t >= 5"),
        both("W5", "rank of calls within their source",
             "SELECT eventSource, eventName, n, rank() OVER (PARTITION BY eventSource ORDER BY n DESC) AS r FROM "
             "(SELECT eventSource, eventName, count(*) AS n FROM {events} GROUP BY 1, 2)"),
        both("W6", "first address of each key and how many others came after",
             f"SELECT k, count(*) AS n FROM (SELECT {KEY} AS k, sourceIPAddress AS i, first_value(sourceIPAddress) OVER "
             f"(PARTITION BY {KEY} ORDER BY eventTime, eventID) AS f FROM {{events}} WHERE {KEY} IS NOT NULL) "
             "WHERE i <> f GROUP BY 1"),
    ]  # fmt: skip


def joins() -> list[Question]:
    credentials = "responseElements.credentials.accessKeyId"
    return [
        pair("J1", "AssumeRole with the uses of its keys",
             f"SELECT a.eventID, count(*) AS n FROM events a JOIN events b ON a.{credentials} = b.{KEY} "
             "WHERE a.eventName = 'AssumeRole' GROUP BY 1",
             "SELECT a.eventID, count(*) AS n FROM {events} a JOIN {events} b "
             f"ON (a.responseElements->>'$.credentials.accessKeyId') = b.{KEY} WHERE a.eventName = 'AssumeRole' GROUP BY 1"),
        both("J2", "risk of calls from a small table",
             f"SELECT r.risk, {ARN} AS arn, count(*) AS n FROM {{events}} e JOIN (VALUES ('AssumeRole', 3), "
             "('GetObject', 1), ('Decrypt', 2), ('PutObject', 2), ('DescribeInstances', 1)) AS r(name, risk) "
             "ON e.eventName = r.name GROUP BY 1, 2"),
        both("J3", "every event with its own request",
             "SELECT count(*) AS n, count(a.errorCode) AS e FROM {events} a JOIN {events} b ON a.requestID = b.requestID"),
        both("J4", "first event of each principal, whole",
             f"SELECT e.eventID, e.eventName, f.n FROM {{events}} e JOIN (SELECT {ARN} AS arn, min(eventTime) AS t, "
             f"count(*) AS n FROM {{events}} GROUP BY 1) f ON e.{ARN} = f.arn AND e.eventTime = f.t"),
        both("J5", "shared events and those that have none",
             "SELECT a.eventSource, count(*) AS n, count(b.eventID) AS m FROM {events} a LEFT JOIN "
             "(SELECT eventID, sharedEventID FROM {events} WHERE sharedEventID IS NOT NULL) b "
             "ON CAST(a.eventID AS varchar) = CAST(b.eventID AS varchar) GROUP BY 1"),
    ]  # fmt: skip


def rows() -> list[Question]:
    five = f"eventTime, eventName, {ARN} AS arn, sourceIPAddress, awsRegion"
    return [
        both("D1", "distinct principal, call and region of a day",
             f"SELECT DISTINCT {ARN} AS arn, eventName, awsRegion FROM {{events}} "
             "WHERE eventTime >= '2025-01-10T00:00:00Z' AND eventTime < '2025-01-11T00:00:00Z'"),
        both("D2", "distinct principal, call and region",
             f"SELECT DISTINCT {ARN} AS arn, eventName, awsRegion FROM {{events}}"),
        both("D3", "distinct addresses", "SELECT DISTINCT sourceIPAddress FROM {events}"),
        both("R1", "five columns of every row", f"SELECT {five} FROM {{events}}"),
        both("R2", "five columns of every row as JSON lines", f"SELECT {five} FROM {{events}}", form="jsonl"),
        both("R3", "identities of every row", f"SELECT eventID, requestID, {KEY} AS k FROM {{events}}"),
        both("S1", "every row by time and identity",
             "SELECT eventTime, eventID FROM {events} ORDER BY eventTime DESC, eventID", order=(0, 1)),
        both("S2", "every row by address and call",
             "SELECT sourceIPAddress, eventName, eventID FROM {events} ORDER BY 1, 2, 3", order=(0, 1, 2)),
        both("S3", "newest hundred errors",
             f"SELECT eventTime, eventID, errorCode, {ARN} AS arn FROM {{events}} WHERE errorCode IS NOT NULL "
             "ORDER BY eventTime DESC, eventID LIMIT 100", order=(0, 1)),
    ]  # fmt: skip


def expressions() -> list[Question]:
    return [
        pair("X1", "programs of a version",
             "SELECT count(*) AS n FROM events WHERE regexp_like(userAgent, 'aws-cli/2\\.1[0-9]')",
             "SELECT count(*) AS n FROM {events} WHERE regexp_matches(userAgent, 'aws-cli/2\\.1[0-9]')"),
        pair("X2", "programs by name",
             "SELECT coalesce(regexp_extract(userAgent, '^([^/ ]+)/[0-9]', 1), '') AS p, count(*) AS n FROM events "
             "GROUP BY 1",
             "SELECT coalesce(regexp_extract(userAgent, '^([^/ ]+)/[0-9]', 1), '') AS p, count(*) AS n FROM {events} "
             "GROUP BY 1"),
        pair("X3", "request IDs by a pattern",
             "SELECT count(*) AS n FROM events WHERE regexp_like(requestID, '^[0-9]+-[a-f]|f00d')",
             "SELECT count(*) AS n FROM {events} WHERE regexp_matches(requestID, '^[0-9]+-[a-f]|f00d')"),
        both("X4", "a part of a request ID", "SELECT count(*) AS n FROM {events} WHERE requestID LIKE '%babe%'"),
        pair("X5", "first filter of each description",
             "SELECT json_extract_scalar(requestParameters, '$.filterSet.items[0].valueSet.items[0].value') AS v, "
             "count(*) AS n FROM events GROUP BY 1",
             "SELECT (requestParameters->>'$.filterSet.items[0].valueSet.items[0].value') AS v, count(*) AS n "
             "FROM {events} GROUP BY 1"),
        pair("X6", "instances that requests name",
             "SELECT i.instanceId AS i, count(*) AS n FROM events CROSS JOIN "
             "UNNEST(requestParameters.instancesSet.items) AS t(i) GROUP BY 1",
             "SELECT (i->>'$.instanceId') AS i, count(*) AS n FROM (SELECT "
             "unnest(requestParameters->'$.instancesSet.items[*]') AS i FROM {events}) GROUP BY 1"),
        pair("X7", "resources", "SELECT r.ARN AS r, count(*) AS n FROM events CROSS JOIN UNNEST(resources) AS t(r) GROUP BY 1",
             "SELECT r.ARN AS r, count(*) AS n FROM (SELECT unnest(resources) AS r FROM {events}) GROUP BY 1"),
        both("X8", "reading and writing calls with their outcome",
             "SELECT CASE WHEN eventName LIKE 'Get%' OR eventName LIKE 'List%' OR eventName LIKE 'Describe%' "
             "THEN 'read' ELSE 'write' END AS k, coalesce(errorCode, 'ok') AS e, count(*) AS n FROM {events} GROUP BY 1, 2"),
        both("X9", "who acts, by the best name that there is",
             "SELECT coalesce(userIdentity.userName, userIdentity.sessionContext.sessionIssuer.userName, "
             f"userIdentity.invokedBy, {ARN}, userIdentity.type) AS who, count(*) AS n FROM {{events}} GROUP BY 1"),
        both("X10", "days by text",
             "SELECT substr(CAST(eventTime AS varchar), 1, 10) AS d, count(*) AS n FROM {events} GROUP BY 1 ORDER BY 1",
             order=(0, 1)),
        pair("X11", "text functions over two columns",
             "SELECT upper(split_part(eventSource, '.', 1)) || ':' || eventName AS a, max(length(userAgent)) AS m "
             "FROM events GROUP BY 1",
             "SELECT upper(split_part(eventSource, '.', 1)) || ':' || eventName AS a, max(length(userAgent)) AS m "
             "FROM {events} GROUP BY 1"),
    ]  # fmt: skip


def subqueries() -> list[Question]:
    return [
        both("U1", "events of principals that were denied often",
             f"SELECT eventName, count(*) AS n FROM {{events}} WHERE {ARN} IN (SELECT {ARN} FROM {{events}} "
             "WHERE errorCode = 'AccessDenied' GROUP BY 1 HAVING count(*) > 50) GROUP BY 1"),
        # DuckDB joins members of structs by a nested loop (230 s): it gets columns of their own.
        pair("U2", "principals without an error",
             f"SELECT {ARN} AS arn, count(*) AS n FROM events e WHERE NOT EXISTS (SELECT 1 FROM events f "
             f"WHERE f.{ARN} = e.{ARN} AND f.errorCode IS NOT NULL) GROUP BY 1",
             f"SELECT arn, count(*) AS n FROM (SELECT {ARN} AS arn FROM {{events}}) e WHERE NOT EXISTS (SELECT 1 FROM "
             f"(SELECT {ARN} AS arn FROM {{events}} WHERE errorCode IS NOT NULL) f WHERE f.arn = e.arn) GROUP BY 1"),
        both("U3", "principals of January that February does not have",
             f"SELECT {ARN} AS arn FROM {{events}} WHERE eventTime < '2025-02-01T00:00:00Z' EXCEPT "
             f"SELECT {ARN} FROM {{events}} WHERE eventTime >= '2025-02-01T00:00:00Z'"),
        both("U4", "calls of principals that make more than the average",
             f"WITH p AS (SELECT {ARN} AS arn, count(*) AS n FROM {{events}} GROUP BY 1) "
             "SELECT arn, n FROM p WHERE n > (SELECT avg(n) FROM p)"),
    ]  # fmt: skip


def kinds() -> list[Question]:
    """All of them."""
    return grouping() + aggregates() + windows() + joins() + rows() + expressions() + subqueries()
