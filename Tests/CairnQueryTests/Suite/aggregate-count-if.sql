-- count_if and bool_or
SELECT eventSource, count_if(errorCode IS NOT NULL) AS bad, bool_or(errorCode = 'AccessDenied') AS denied FROM events GROUP BY eventSource
