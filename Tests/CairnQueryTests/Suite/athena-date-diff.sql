-- date_diff of min and max
SELECT useridentity.arn, date_diff('minute', min(from_iso8601_timestamp(eventtime)), max(from_iso8601_timestamp(eventtime))) AS minutes FROM cloudtrail_logs WHERE useridentity.arn IS NOT NULL GROUP BY useridentity.arn
