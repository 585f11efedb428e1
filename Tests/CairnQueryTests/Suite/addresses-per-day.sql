-- distinct addresses per day
SELECT substr(eventTime, 1, 10) AS day, count(DISTINCT sourceIPAddress) AS addresses FROM events GROUP BY 1
