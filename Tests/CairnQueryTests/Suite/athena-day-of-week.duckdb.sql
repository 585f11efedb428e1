SELECT isodow(CAST(CAST(eventTime AS TIMESTAMP) AS DATE)) AS d, count(*) FROM events GROUP BY 1
