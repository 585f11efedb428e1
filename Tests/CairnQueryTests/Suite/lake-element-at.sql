-- element_at of requestParameters
SELECT element_at(requestParameters, 'bucketName') AS bucket, count(*) AS n FROM $EDS_ID WHERE eventSource = 's3.amazonaws.com' GROUP BY element_at(requestParameters, 'bucketName') ORDER BY n DESC, bucket
