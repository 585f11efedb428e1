-- FILTER
SELECT awsRegion, count(*) FILTER (WHERE errorCode IS NOT NULL) AS bad, count(*) FILTER (WHERE readOnly = 'true') AS reads FROM events GROUP BY awsRegion
