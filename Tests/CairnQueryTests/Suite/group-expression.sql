-- grouping by expressions and an alias
SELECT lower(substr(eventName, 1, 3)) AS verb, count(*) AS n FROM events GROUP BY verb ORDER BY n DESC, verb LIMIT 12
