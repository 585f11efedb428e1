-- addresses that a user never used before a day
SELECT DISTINCT userIdentity.arn, sourceIPAddress FROM events WHERE eventTime >= '2025-01-04T00:00:00Z' AND userIdentity.type = 'IAMUser' AND (userIdentity.arn, sourceIPAddress) NOT IN (SELECT userIdentity.arn, sourceIPAddress FROM events WHERE eventTime < '2025-01-04T00:00:00Z' AND userIdentity.arn IS NOT NULL)
