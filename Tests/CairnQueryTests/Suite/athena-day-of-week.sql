-- day_of_week
SELECT day_of_week(date(from_iso8601_timestamp(eventtime))) AS d, count(*) FROM cloudtrail_logs GROUP BY 1
