-- steps into sessionContext
SELECT (requestParameters->>'$."roleArn"') AS role, (userIdentity->>'$."sessionContext"."sessionIssuer"."userName"') AS issuer, count(*) FROM events WHERE eventName = 'AssumeRole' GROUP BY 1, 2
