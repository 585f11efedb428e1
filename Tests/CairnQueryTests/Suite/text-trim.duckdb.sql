SELECT trim(userAgent, '[]') AS agent, count(*) AS n FROM events WHERE userAgent LIKE '[%' GROUP BY 1
