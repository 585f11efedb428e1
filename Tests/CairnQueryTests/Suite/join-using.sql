-- USING of derived tables
SELECT eventName, a.n AS east, b.n AS west FROM (SELECT eventName, count(*) AS n FROM events WHERE awsRegion = 'us-east-1' GROUP BY 1) a FULL JOIN (SELECT eventName, count(*) AS n FROM events WHERE awsRegion = 'us-west-2' GROUP BY 1) b USING (eventName)
