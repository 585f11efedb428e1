-- CASE in an aggregate
SELECT eventSource, sum(CASE WHEN errorCode IS NULL THEN 0 ELSE 1 END) AS failed, count(*) AS n FROM $EDS_ID GROUP BY eventSource ORDER BY eventSource
