-- booleans of records as text
SELECT eventName, count(*) FROM events WHERE (requestParameters->>'$."forceNewDeployment"') = 'false' GROUP BY eventName
