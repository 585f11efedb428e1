-- UNION ALL
SELECT 'denied' AS kind, count(*) AS n FROM events WHERE errorcode LIKE '%Denied%' UNION ALL SELECT 'throttled', count(*) FROM events WHERE errorcode = 'ThrottlingException' UNION ALL SELECT 'all', count(*) FROM events
