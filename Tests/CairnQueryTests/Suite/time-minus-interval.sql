-- arithmetic with intervals
SELECT eventID, from_iso8601_timestamp(eventTime) + INTERVAL '90' MINUTE AS later FROM events WHERE eventSource = 'rds.amazonaws.com'
