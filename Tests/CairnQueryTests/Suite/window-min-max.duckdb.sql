-- min, max and count OVER a partition
SELECT eventID, min(eventtime) OVER (PARTITION BY (userIdentity->>'$."arn"')) AS first, max(eventtime) OVER (PARTITION BY (userIdentity->>'$."arn"')) AS last, count(*) OVER (PARTITION BY (userIdentity->>'$."arn"')) AS n FROM events WHERE eventname = 'GetSecretValue'
