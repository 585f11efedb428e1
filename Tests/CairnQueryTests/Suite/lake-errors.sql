-- IS NOT NULL and two keys
SELECT errorCode, eventName, count(*) AS n FROM $EDS_ID WHERE errorCode IS NOT NULL GROUP BY errorCode, eventName ORDER BY 3 DESC, 1, 2
