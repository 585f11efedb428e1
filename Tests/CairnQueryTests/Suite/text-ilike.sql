-- ILIKE
SELECT eventName, count(*) FROM events WHERE eventName ILIKE 'get%' GROUP BY eventName
