-- trim of brackets
SELECT trim(BOTH '[]' FROM userAgent) AS agent, count(*) AS n FROM events WHERE userAgent LIKE '[%' GROUP BY 1
