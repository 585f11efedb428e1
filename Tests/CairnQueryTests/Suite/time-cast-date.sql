-- CAST of a timestamp to date
SELECT CAST(from_iso8601_timestamp(eventTime) AS date) AS d, count(*) FROM events GROUP BY 1
