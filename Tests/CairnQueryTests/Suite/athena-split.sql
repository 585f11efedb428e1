-- split and an index
SELECT split(useridentity.arn, '/')[2] AS role, count(*) AS n FROM cloudtrail_logs WHERE useridentity.type = 'AssumedRole' GROUP BY 1 ORDER BY n DESC, role LIMIT 10
