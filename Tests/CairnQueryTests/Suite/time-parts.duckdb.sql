-- year, month, day of a date
SELECT year(CAST(eventTime AS TIMESTAMP)) AS y, month(CAST(eventTime AS TIMESTAMP)) AS m, day(CAST(eventTime AS TIMESTAMP)) AS d, minute(CAST(eventTime AS TIMESTAMP)) AS mi, count(*) FROM events WHERE eventName = 'GetObject' GROUP BY 1, 2, 3, 4
