-- HAVING
SELECT (userIdentity->>'$."principalId"'), count(*) AS n FROM events GROUP BY (userIdentity->>'$."principalId"') HAVING count(*) > 20 ORDER BY n DESC, 1
