-- from_iso8601_timestamp with date_trunc
SELECT date_trunc('day', CAST(eventtime AS TIMESTAMP)) AS d, count(*) AS n FROM events GROUP BY 1 ORDER BY 1
