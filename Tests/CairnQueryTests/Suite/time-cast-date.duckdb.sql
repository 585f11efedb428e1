-- CAST of a date to date
SELECT CAST(CAST(eventTime AS TIMESTAMP) AS date) AS d, count(*) FROM events GROUP BY 1
