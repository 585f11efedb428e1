-- HAVING over two aggregates
SELECT (userIdentity->>'$."arn"') FROM events GROUP BY (userIdentity->>'$."arn"') HAVING count(*) > 10 AND count(DISTINCT eventSource) >= 3
