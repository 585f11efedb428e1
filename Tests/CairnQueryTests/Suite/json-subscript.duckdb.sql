-- the subscript forms of paths
SELECT (userIdentity->>'$."type"') AS t, (tlsDetails->>'$."tlsVersion"') AS v, count(*) FROM events GROUP BY (userIdentity->>'$."type"'), (tlsDetails->>'$."tlsVersion"')
