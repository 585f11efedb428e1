-- from_iso8601_timestamp with date_trunc
SELECT date_trunc('day', from_iso8601_timestamp(eventtime)) AS d, count(*) AS n FROM cloudtrail_logs GROUP BY 1 ORDER BY 1
