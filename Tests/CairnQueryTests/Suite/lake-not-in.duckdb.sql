-- NOT IN
SELECT (userIdentity->>'$."type"'), count(*) FROM events WHERE (userIdentity->>'$."type"') NOT IN ('AssumedRole', 'AWSService') GROUP BY 1
