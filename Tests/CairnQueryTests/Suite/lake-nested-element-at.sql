-- steps into sessionContext
SELECT element_at(requestParameters, 'roleArn') AS role, userIdentity.sessionContext.sessionIssuer.userName AS issuer, count(*) FROM $EDS_ID WHERE eventName = 'AssumeRole' GROUP BY 1, 2
