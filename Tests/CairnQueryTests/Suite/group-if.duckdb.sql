SELECT CASE WHEN errorCode IS NULL THEN 'ok' ELSE 'failed' END AS outcome, count(*) FROM events GROUP BY 1
