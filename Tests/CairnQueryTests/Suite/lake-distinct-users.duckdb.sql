-- DISTINCT
SELECT DISTINCT (userIdentity->>'$."arn"') FROM events WHERE (userIdentity->>'$."arn"') IS NOT NULL
