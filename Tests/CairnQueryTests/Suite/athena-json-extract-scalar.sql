-- json_extract_scalar of requestParameters
SELECT json_extract_scalar(requestparameters, '$.bucketName') AS bucket, json_extract_scalar(requestparameters, '$.key') AS k FROM cloudtrail_logs WHERE eventname = 'DeleteObject' ORDER BY eventtime, eventid LIMIT 40
