-- a condition on a derived column
SELECT arn, n FROM (SELECT (userIdentity->>'$."arn"') AS arn, count(*) AS n FROM events GROUP BY (userIdentity->>'$."arn"')) WHERE n BETWEEN 10 AND 40 AND arn LIKE '%assumed-role%'
