-- sum of a cast
SELECT requestParameters.bucketName AS bucket, sum(CAST(json_extract_scalar(additionalEventData, '$.bytesTransferredOut') AS double)) AS bytes FROM cloudtrail_logs WHERE eventName = 'GetObject' GROUP BY 1 ORDER BY bytes DESC, bucket
