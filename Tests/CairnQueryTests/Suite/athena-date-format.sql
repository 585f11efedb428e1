-- date_format
SELECT date_format(from_iso8601_timestamp(eventtime), '%Y-%m-%d %H') AS hour, count(*) FROM cloudtrail_logs WHERE eventname = 'AssumeRole' GROUP BY 1
