SELECT TRY_CAST((requestParameters->>'$.maxResults') AS INTEGER) AS m, count(*) FROM events GROUP BY 1
