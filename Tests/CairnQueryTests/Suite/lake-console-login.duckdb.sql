-- additionalEventData and responseElements by key
SELECT eventTime, (userIdentity->>'$."arn"'), (additionalEventData->>'$."MFAUsed"') AS mfa, (responseElements->>'$."ConsoleLogin"') AS outcome FROM events WHERE eventName = 'ConsoleLogin' ORDER BY eventTime
