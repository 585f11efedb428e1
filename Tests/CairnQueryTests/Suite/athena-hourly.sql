-- date_trunc('hour')
SELECT date_trunc('hour', from_iso8601_timestamp(eventtime)) AS h, count(DISTINCT sourceipaddress) AS addresses FROM cloudtrail_logs WHERE eventtime >= '2025-01-04T00:00:00Z' AND eventtime < '2025-01-05T00:00:00Z' GROUP BY 1 ORDER BY 1
