-- images of task definitions
SELECT eventTime, (requestParameters->>'$."containerDefinitions"[0]."image"') AS image, (responseElements->>'$."taskDefinition"."taskDefinitionArn"') AS arn FROM events WHERE eventName = 'RegisterTaskDefinition' ORDER BY eventTime
