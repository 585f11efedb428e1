-- IF
SELECT IF(errorCode IS NULL, 'ok', 'failed') AS outcome, count(*) FROM events GROUP BY 1
