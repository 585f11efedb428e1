-- the newest event of each key
SELECT k, eventname, eventtime FROM (SELECT (userIdentity->>'$."accessKeyId"') AS k, eventname, eventtime, row_number() OVER (PARTITION BY (userIdentity->>'$."accessKeyId"') ORDER BY eventtime DESC, eventid) AS r FROM events) WHERE r = 1 AND k IS NOT NULL
