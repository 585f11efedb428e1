-- which image, since when, by whom
SELECT s.eventTime, s.requestParameters.service, d.requestParameters.containerDefinitions[1].image AS image, s.userIdentity.arn FROM cloudtrail_logs s JOIN cloudtrail_logs d ON s.requestParameters.taskDefinition = d.responseElements.taskDefinition.taskDefinitionArn WHERE s.eventName = 'UpdateService' AND d.eventName = 'RegisterTaskDefinition'
