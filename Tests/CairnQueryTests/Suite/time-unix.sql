-- to_unixtime
SELECT eventID, CAST(to_unixtime(from_iso8601_timestamp(eventTime)) AS bigint) AS t FROM events WHERE eventSource = 'rds.amazonaws.com'
