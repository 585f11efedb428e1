-- GROUP BY, count, ORDER BY, LIMIT, EDS placeholder
SELECT eventName, count(*) AS n FROM events GROUP BY eventName ORDER BY n DESC, eventName LIMIT 15
