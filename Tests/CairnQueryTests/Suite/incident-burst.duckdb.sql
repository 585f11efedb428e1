-- bursts of calls from one address in a minute
SELECT sourceIPAddress, date_trunc('minute', CAST(eventTime AS TIMESTAMP)) AS m, count(*) AS n FROM events GROUP BY 1, 2 HAVING count(*) >= 8
