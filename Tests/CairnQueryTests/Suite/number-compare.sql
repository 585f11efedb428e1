-- a number in a record against a number
SELECT CAST(requestParameters.maxResults AS bigint) AS maxResults, count(*) FROM events WHERE requestParameters.maxResults >= 100 GROUP BY 1
