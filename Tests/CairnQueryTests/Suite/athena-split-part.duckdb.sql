-- split_part
SELECT split_part((userIdentity->>'$."arn"'), ':', 6) AS tail, split_part(eventsource, '.', 1) AS service, count(*) FROM events WHERE (userIdentity->>'$."type"') = 'IAMUser' GROUP BY 1, 2
