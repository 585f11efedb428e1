-- element_at of split, negative index
SELECT element_at(split(useridentity.arn, '/'), -1) AS session, count(*) FROM cloudtrail_logs WHERE useridentity.arn IS NOT NULL GROUP BY 1
