-- LIKE with a part, NOT LIKE
SELECT userAgent, count(*) AS n FROM events WHERE userAgent LIKE '%Python%' AND userAgent NOT LIKE '%[%' GROUP BY userAgent
