/// Queries in the manner of those that AWS and others publish for Athena and CloudTrail Lake, each
/// feature that FACTS counts at least once.
enum PublishedQueries {
  /// The query that the project started from, as Athena takes it.
  static let seed = """
    SELECT eventTime, userIdentity.arn AS user_arn, userIdentity.userName AS user_name, sourceIPAddress, requestParameters.cluster, requestParameters.service, requestParameters.taskDefinition AS new_task_definition_arn FROM "your_cloudtrail_database"."your_cloudtrail_table" WHERE eventSource = 'ecs.amazonaws.com' AND eventName = 'UpdateService' AND requestParameters.cluster = 'my-ecs-cluster' AND awsRegion = 'us-east-1' ORDER BY eventTime DESC;
    """

  static let texts = [
    seed,
    "SELECT * FROM $EDS_ID WHERE eventTime > '2023-07-01 00:00:00' LIMIT 10",
    "SELECT eventID FROM <event_data_store_id> WHERE eventName != 'X'",
    "SELECT eventID FROM <EDS ID> WHERE a < 5 AND b > 3",
    "SELECT count(*) FROM 0233062b-5e3a-4b6f-12e4-a1b2c3d4e5f6 WHERE readOnly = true;",
    "SELECT count(*) AS n, eventName FROM EXAMPLEf852-4e8f-8bd1-bcf6cEXAMPLE GROUP BY eventName HAVING count(*) > 5 ORDER BY n DESC, 2 LIMIT 26",
    "select\n\tuseridentity.arn, -- who\n\teventname /* what */\nfrom \"db\".\"cloudtrail_logs\"\nwhere year = '2023' and month='07' and region in ('us-east-1','eu-west-1')",
    "SELECT element_at(requestParameters, 'instanceId') FROM ${EDS} WHERE element_at(responseElements,'instancesSet') like '%\"instanceId\":\"i-0123\"%'",
    "SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket, sum(CAST(json_extract_scalar(additionaleventdata, '$.bytesTransferredOut') AS bigint)) FROM logs GROUP BY 1",
    "SELECT DISTINCT useridentity.principalid FROM logs WHERE eventtime BETWEEN '2023-07-01T00:00:00Z' AND '2023-07-02T00:00:00Z' AND errorcode IS NOT NULL",
    "SELECT a.eventTime, b.eventTime FROM t a LEFT JOIN t b ON a.requestId = b.requestId AND b.eventName NOT LIKE 'Get%' WHERE a.errorCode IN ('AccessDenied', 'UnauthorizedOperation')",
    "WITH recent AS (SELECT * FROM logs WHERE from_iso8601_timestamp(eventtime) > now() - interval '7' day) SELECT date_trunc('day', from_iso8601_timestamp(eventtime)) d, count(*) FROM recent GROUP BY 1 ORDER BY 1",
    "SELECT resource.arn FROM logs CROSS JOIN UNNEST(resources) AS t(resource)",
    "SELECT eventname FROM a UNION ALL SELECT eventname FROM b UNION SELECT 'x' EXCEPT SELECT 'y' INTERSECT SELECT 'z' ORDER BY 1",
    "SELECT * FROM (SELECT eventName, rank() OVER (PARTITION BY eventSource ORDER BY count(*) DESC) r FROM t GROUP BY eventName, eventSource) WHERE r <= 3",
    "SELECT min(eventTime) OVER (PARTITION BY userIdentity.arn), max(eventTime) OVER w FROM t WINDOW w AS (ORDER BY eventTime ROWS UNBOUNDED PRECEDING)",
    "SELECT CASE WHEN readOnly = 'true' THEN 'read' ELSE 'write' END kind, count(*) FILTER (WHERE errorCode IS NULL) ok FROM t GROUP BY ROLLUP (eventSource, (eventName, awsRegion)), GROUPING SETS ((a), ())",
    "SELECT transform(filter(map_values(CAST(json_parse(element_at(requestParameters, 'x')) AS map(varchar, json))), v -> v IS NOT NULL), (v) -> json_extract_scalar(v, '$.name')) FROM t",
    "SELECT replace(replace(userIdentity.arn, 'arn:aws:iam::'), ':', '/') FROM t WHERE regexp_like(userAgent, '(?i)console') OFFSET 5 ROWS FETCH FIRST 10 ROWS ONLY",
    "SELECT array_agg(DISTINCT eventName ORDER BY eventName) FROM t WHERE contains('10.0.0.0/8', CAST(sourceIPAddress AS IPADDRESS)) AND sourceIPAddress <> '' AND day_of_week(date(eventTime)) > 5",
    "SELECT requestParameters ->> '$.bucketName', string_split(userIdentity.arn, '/')[1] FROM aws_cloudtrail_log WHERE json_contains(request_parameters, '{}') AND event_name ILIKE 'put%'",
    "SELECT eventName FROM t WHERE EXISTS (SELECT 1 FROM t u WHERE u.eventID = t.eventID) AND eventID IN (SELECT eventID FROM t) AND (awsRegion, eventName) IN (('a', 'b'), ('c', 'd'))",
    "select count (*) as TotalEvents, useridentity.username \"user name\" from cloudtrail_logs where date_partition >= date_format(date_add('day',-7,CURRENT_DATE),'%Y/%m/%d') group by 2",
    "SELECT DISTINCT(eventName), COUNT(*) count, element_at(split(userIdentity.arn,'/'),-1) type FROM t WHERE from_iso8601_timestamp(eventtime) BETWEEN current_timestamp - INTERVAL '1' HOUR AND current_timestamp GROUP BY 1, 3",
    "select item.x, t.r.arn from \"default\".\"cloudtrail_logs\" as ct, unnest(ct.resources) as t(r) cross join unnest(cast(json_extract(requestparameters,'$.ipPermissions.items') as array(row(x varchar, y json)))) with ordinality as u(item, n)",
    "SELECT sum(case when errorcode = 'AccessDenied' then 1 else 0 end) denied, approx_distinct(eventID), count_if(readOnly = 'true') FROM (VALUES ('a', 1), ('b', 2)) AS v (x, y) ORDER BY 1 DESC NULLS LAST",
    "SELECT eventTime timestamp, awsRegion region, year, month AS month FROM t WHERE (eventName = 'A' OR eventName = 'B') AND NOT (sourceIPAddress LIKE '10.%') AND userIdentity.type NOT IN ('AWSService', 'AWSAccount')",
    "SELECT * FROM t WHERE eventTime > now() - INTERVAL '7 days' AND eventTime < now() - INTERVAL 1 DAY",
    "EXPLAIN ANALYZE SELECT 1",
    "DESCRIBE events; SHOW COLUMNS FROM events LIKE 'requestParameters.%'; SHOW TABLES",
    "VALUES (1, 'a'), (2, 'b')",
    "(SELECT 1) UNION (SELECT 2) LIMIT 1",
    "TABLE events",
    "SELECT t.*, u.x.* FROM t, LATERAL (SELECT 1) u(x) NATURAL JOIN v FULL OUTER JOIN w USING (a, b)",
    "SELECT date_diff('minute', min(from_iso8601_timestamp(eventTime)), current_timestamp), EXTRACT(hour FROM from_iso8601_timestamp(eventTime)) FROM \"a\".b.\"c\" \"quoted alias\"",
    "SELECT 1 AS \"$path\", \"$path\" FROM ((t CROSS JOIN u) JOIN ((SELECT 1)) s ON true)",
  ]
}
