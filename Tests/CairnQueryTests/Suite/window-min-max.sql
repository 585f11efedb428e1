-- min, max and count OVER a partition
SELECT eventID, min(eventtime) OVER (PARTITION BY useridentity.arn) AS first, max(eventtime) OVER (PARTITION BY useridentity.arn) AS last, count(*) OVER (PARTITION BY useridentity.arn) AS n FROM cloudtrail_logs WHERE eventname = 'GetSecretValue'
