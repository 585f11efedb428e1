-- date_trunc to week and month
SELECT date_trunc('week', CAST(eventTime AS TIMESTAMP)) AS w, date_trunc('month', CAST(eventTime AS TIMESTAMP)) AS m, count(*) FROM events GROUP BY 1, 2
