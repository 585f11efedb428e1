-- BETWEEN of ISO texts, names in lower case
SELECT useridentity.principalid, eventname, eventtime FROM "default"."cloudtrail_logs" WHERE eventtime BETWEEN '2025-01-02T00:00:00Z' AND '2025-01-02T12:00:00Z' AND useridentity.type = 'AssumedRole' ORDER BY eventtime, eventid
