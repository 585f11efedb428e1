-- EXISTS, correlated
SELECT e.eventID FROM events e WHERE e.eventName = 'UpdateService' AND EXISTS (SELECT 1 FROM events d WHERE d.eventName = 'RegisterTaskDefinition' AND d.userIdentity.arn = e.userIdentity.arn)
