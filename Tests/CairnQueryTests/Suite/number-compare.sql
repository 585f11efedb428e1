-- a number in a record against a number
SELECT requestParameters.maxResults, count(*) FROM events WHERE requestParameters.maxResults >= 100 GROUP BY requestParameters.maxResults
