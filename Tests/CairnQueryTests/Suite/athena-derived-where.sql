-- a condition on a derived column
SELECT arn, n FROM (SELECT useridentity.arn AS arn, count(*) AS n FROM cloudtrail_logs GROUP BY useridentity.arn) WHERE n BETWEEN 10 AND 40 AND arn LIKE '%assumed-role%'
