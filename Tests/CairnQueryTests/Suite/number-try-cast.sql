-- TRY_CAST
SELECT TRY_CAST(requestParameters."maxResults" AS integer) AS m, count(*) FROM events GROUP BY 1
