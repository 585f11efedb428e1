-- date_add
SELECT count(*) FROM cloudtrail_logs WHERE from_iso8601_timestamp(eventtime) >= date_add('day', -2, TIMESTAMP '2025-01-06 00:00:00')
