-- IN with a query
SELECT eventName, count(*) FROM events WHERE (userIdentity->>'$."accessKeyId"') IN (SELECT (userIdentity->>'$."accessKeyId"') FROM events WHERE errorCode LIKE '%AccessDenied%') GROUP BY eventName
