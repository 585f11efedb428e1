-- min and max of eventTime
SELECT (userIdentity->>'$."accessKeyId"'), min(eventTime) AS first, max(eventTime) AS last, count(*) AS n FROM events WHERE (userIdentity->>'$."accessKeyId"') IS NOT NULL GROUP BY (userIdentity->>'$."accessKeyId"')
