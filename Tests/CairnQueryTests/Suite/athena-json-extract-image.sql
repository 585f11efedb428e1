-- images of task definitions
SELECT eventTime, json_extract_scalar(requestParameters, '$.containerDefinitions[0].image') AS image, json_extract_scalar(responseElements, '$.taskDefinition.taskDefinitionArn') AS arn FROM cloudtrail_logs WHERE eventName = 'RegisterTaskDefinition' ORDER BY eventTime
