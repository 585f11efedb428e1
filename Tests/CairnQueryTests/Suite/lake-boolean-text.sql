-- booleans of records as text
SELECT eventName, count(*) FROM $EDS_ID WHERE element_at(requestParameters, 'forceNewDeployment') = 'false' GROUP BY eventName
