-- UNNEST of a cast of JSON
SELECT item.name, count(*) FROM cloudtrail_logs CROSS JOIN UNNEST(CAST(json_extract(requestparameters, '$.filterSet.items') AS array(json))) AS t(item) GROUP BY 1
