SELECT string_split(userIdentity->>'$.arn', '/')[1] AS head, eventSource, count(*) FROM events WHERE eventName = 'DescribeInstances' AND awsRegion = 'us-east-1' GROUP BY 1, 2
