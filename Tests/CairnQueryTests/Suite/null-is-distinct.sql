-- IS DISTINCT FROM
SELECT count(*) FROM events WHERE errorCode IS DISTINCT FROM 'AccessDenied'
