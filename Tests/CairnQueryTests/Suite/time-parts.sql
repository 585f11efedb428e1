-- year, month, day of a timestamp
SELECT year(from_iso8601_timestamp(eventTime)) AS y, month(from_iso8601_timestamp(eventTime)) AS m, day(from_iso8601_timestamp(eventTime)) AS d, minute(from_iso8601_timestamp(eventTime)) AS mi, count(*) FROM events WHERE eventName = 'GetObject' GROUP BY 1, 2, 3, 4
