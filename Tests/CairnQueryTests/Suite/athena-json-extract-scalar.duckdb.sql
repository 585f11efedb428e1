-- json_extract_scalar of requestParameters
SELECT (requestParameters->>'$."bucketName"') AS bucket, (requestParameters->>'$."key"') AS k FROM events WHERE eventname = 'DeleteObject' ORDER BY eventtime, eventid LIMIT 40
