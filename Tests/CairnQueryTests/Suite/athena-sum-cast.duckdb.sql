SELECT (requestParameters->>'$.bucketName') AS bucket, sum(CAST((additionalEventData->>'$.bytesTransferredOut') AS double)) AS bytes FROM events WHERE eventName = 'GetObject' GROUP BY 1
