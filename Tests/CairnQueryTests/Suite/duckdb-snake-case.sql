-- snake-case names, string_split
SELECT string_split(user_identity.arn, '/')[1] AS head, event_source, count(*) FROM aws_cloudtrail_log WHERE event_name = 'DescribeInstances' AND aws_region = 'us-east-1' GROUP BY 1, 2
