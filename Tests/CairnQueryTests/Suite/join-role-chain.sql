-- keys that AssumeRole returned and who used them
SELECT a.userIdentity.arn AS who, a.requestParameters.roleArn AS role, count(*) AS uses FROM events a JOIN events b ON a.responseElements.credentials.accessKeyId = b.userIdentity.accessKeyId WHERE a.eventName = 'AssumeRole' GROUP BY 1, 2
