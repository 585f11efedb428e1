-- eventJson
SELECT json_extract_scalar(eventJson, '$.userIdentity.type') AS t, count(*) FROM events WHERE eventJson LIKE '%"invokedBy":%' GROUP BY 1
