-- INTERSECT
SELECT useridentity.arn FROM cloudtrail_logs WHERE eventname = 'UpdateService' INTERSECT SELECT useridentity.arn FROM cloudtrail_logs WHERE eventname = 'RegisterTaskDefinition'
