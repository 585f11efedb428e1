-- a deep JSONPath with an index
SELECT eventID, json_extract_scalar(requestParameters, '$.filterSet.items[0].name') AS filter FROM cloudtrail_logs WHERE json_extract_scalar(requestParameters, '$.filterSet.items[0].name') IS NOT NULL
