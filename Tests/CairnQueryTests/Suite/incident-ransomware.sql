-- versioning suspended, then objects deleted
SELECT d.eventTime, d.requestParameters.bucketName AS bucket, d.sourceIPAddress FROM events d WHERE d.eventName = 'DeleteObject' AND EXISTS (SELECT 1 FROM events v WHERE v.eventName = 'PutBucketVersioning' AND v.userIdentity.arn = d.userIdentity.arn AND v.requestParameters.bucketName = d.requestParameters.bucketName AND v.eventTime < d.eventTime)
