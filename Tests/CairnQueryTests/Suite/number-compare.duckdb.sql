SELECT (requestParameters->>'$.maxResults'), count(*) FROM events WHERE TRY_CAST((requestParameters->>'$.maxResults') AS DOUBLE) >= 100 GROUP BY 1
