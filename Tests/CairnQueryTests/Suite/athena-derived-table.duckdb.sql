-- a derived table
SELECT service, max(n) AS most FROM (SELECT split_part(eventsource, '.', 1) AS service, eventname, count(*) AS n FROM events GROUP BY 1, 2) t GROUP BY service ORDER BY 2 DESC, 1
