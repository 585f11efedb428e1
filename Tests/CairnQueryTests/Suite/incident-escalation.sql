-- policies attached and keys made
SELECT eventTime, eventName, requestParameters.userName, requestParameters.policyArn FROM events WHERE eventSource = 'iam.amazonaws.com' AND (eventName LIKE 'Attach%' OR eventName LIKE 'Put%Policy' OR eventName = 'CreateAccessKey' OR eventName = 'CreateLoginProfile') ORDER BY eventTime
