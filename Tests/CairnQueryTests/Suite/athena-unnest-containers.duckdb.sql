SELECT r->>'$.name', r->>'$.image' FROM (SELECT unnest(CAST(requestParameters->'$.containerDefinitions' AS JSON[])) AS r FROM events WHERE eventName = 'RegisterTaskDefinition')
