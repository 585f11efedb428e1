-- UNNEST of a nested array by its path
SELECT c.name AS container, c.image FROM cloudtrail_logs, UNNEST(requestParameters.containerDefinitions) AS t(c) WHERE eventName = 'RegisterTaskDefinition'
