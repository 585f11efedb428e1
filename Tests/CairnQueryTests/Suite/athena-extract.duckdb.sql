-- EXTRACT and hour()
SELECT EXTRACT(hour FROM CAST(eventtime AS TIMESTAMP)) AS h, hour(CAST(eventtime AS TIMESTAMP)) AS same, count(*) FROM events GROUP BY 1, 2
