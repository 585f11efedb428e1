-- NULLIF and COALESCE
SELECT COALESCE(NULLIF(awsRegion, 'us-east-1'), 'home') AS r, count(*) FROM events GROUP BY 1
