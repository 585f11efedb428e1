SELECT r->>'$.ARN', count(*) AS n FROM (SELECT unnest(CAST(resources AS JSON[])) AS r FROM events) WHERE r->>'$.type' = 'AWS::S3::Bucket' GROUP BY 1
