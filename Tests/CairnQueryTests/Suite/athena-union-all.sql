-- UNION ALL
SELECT 'denied' AS kind, count(*) AS n FROM cloudtrail_logs WHERE errorcode LIKE '%Denied%' UNION ALL SELECT 'throttled', count(*) FROM cloudtrail_logs WHERE errorcode = 'ThrottlingException' UNION ALL SELECT 'all', count(*) FROM cloudtrail_logs
