SELECT userIdentity->>'$.type' AS t, count(*) FROM events WHERE raw LIKE '%"invokedBy":%' GROUP BY 1
