SELECT replace(eventSource, '.amazonaws.com', '') AS service, count(*) AS n FROM events GROUP BY 1
