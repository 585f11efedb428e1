-- now() less an interval
SELECT count(*) AS n FROM cloudtrail_logs WHERE from_iso8601_timestamp(eventtime) > now() - INTERVAL '363' DAY
