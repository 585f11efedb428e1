-- NOT IN with a query
SELECT DISTINCT eventName FROM events WHERE eventName NOT IN (SELECT eventName FROM events WHERE errorCode IS NULL)
