-- POSITION and SUBSTRING
SELECT SUBSTRING(eventSource FROM 1 FOR POSITION('.' IN eventSource)) AS s, count(*) FROM events GROUP BY 1
