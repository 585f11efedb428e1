-- element_at of requestParameters
SELECT (requestParameters->>'$."bucketName"') AS bucket, count(*) AS n FROM events WHERE eventSource = 's3.amazonaws.com' GROUP BY (requestParameters->>'$."bucketName"') ORDER BY n DESC, bucket
