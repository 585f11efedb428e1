-- trails disabled
SELECT eventTime, eventName, (userIdentity->>'$."arn"'), (requestParameters->>'$."name"') FROM events WHERE eventSource = 'cloudtrail.amazonaws.com' AND eventName IN ('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors') ORDER BY eventTime
