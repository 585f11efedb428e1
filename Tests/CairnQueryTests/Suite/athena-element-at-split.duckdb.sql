SELECT string_split((userIdentity->>'$.arn'), '/')[-1] AS session, count(*) FROM events WHERE (userIdentity->>'$.arn') IS NOT NULL GROUP BY 1
