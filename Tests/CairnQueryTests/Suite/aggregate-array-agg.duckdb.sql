-- array_agg with DISTINCT and ORDER BY
SELECT (userIdentity->>'$."userName"'), array_agg(DISTINCT eventName ORDER BY eventName) AS names FROM events WHERE (userIdentity->>'$."type"') = 'IAMUser' GROUP BY (userIdentity->>'$."userName"')
