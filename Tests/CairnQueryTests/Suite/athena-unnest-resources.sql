-- CROSS JOIN UNNEST of an array of objects
SELECT resource.ARN, count(*) AS n FROM cloudtrail_logs CROSS JOIN UNNEST(resources) AS t(resource) WHERE resource.type = 'AWS::S3::Bucket' GROUP BY resource.ARN
