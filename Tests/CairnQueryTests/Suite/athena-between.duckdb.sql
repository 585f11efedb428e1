-- BETWEEN of ISO texts, names in lower case
SELECT (userIdentity->>'$."principalId"'), eventname, eventtime FROM events WHERE eventtime BETWEEN '2025-01-02T00:00:00Z' AND '2025-01-02T12:00:00Z' AND (userIdentity->>'$."type"') = 'AssumedRole' ORDER BY eventtime, eventid
