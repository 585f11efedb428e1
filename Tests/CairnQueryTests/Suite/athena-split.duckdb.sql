-- split and an index
SELECT string_split((userIdentity->>'$."arn"'), '/')[2] AS role, count(*) AS n FROM events WHERE (userIdentity->>'$."type"') = 'AssumedRole' GROUP BY 1 ORDER BY n DESC, role LIMIT 10
