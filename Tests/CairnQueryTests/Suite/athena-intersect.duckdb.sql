-- INTERSECT
SELECT (userIdentity->>'$."arn"') FROM events WHERE eventname = 'UpdateService' INTERSECT SELECT (userIdentity->>'$."arn"') FROM events WHERE eventname = 'RegisterTaskDefinition'
