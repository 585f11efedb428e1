-- WITH
WITH denied AS (SELECT useridentity.arn AS arn, eventname FROM cloudtrail_logs WHERE errorcode LIKE '%AccessDenied%' OR errorcode LIKE '%Unauthorized%') SELECT arn, count(*) AS n, count(DISTINCT eventname) AS kinds FROM denied GROUP BY arn ORDER BY n DESC, arn
