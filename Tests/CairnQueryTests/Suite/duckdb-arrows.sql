-- DuckDB's arrows
SELECT eventID, requestParameters ->> 'bucketName' AS b, userIdentity -> 'sessionContext' ->> 'attributes' AS a FROM events WHERE eventName = 'PutObject' AND requestParameters ->> '$.bucketName' LIKE '%-dev-%'
