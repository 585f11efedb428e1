-- bursts of calls from one address in a minute
SELECT sourceIPAddress, date_trunc('minute', from_iso8601_timestamp(eventTime)) AS m, count(*) AS n FROM events GROUP BY 1, 2 HAVING count(*) >= 8
