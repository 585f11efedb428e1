-- EXTRACT and hour()
SELECT EXTRACT(hour FROM from_iso8601_timestamp(eventtime)) AS h, hour(from_iso8601_timestamp(eventtime)) AS same, count(*) FROM cloudtrail_logs GROUP BY 1, 2
