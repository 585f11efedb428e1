-- the "$path" column
SELECT count(DISTINCT "$path") AS objects FROM cloudtrail_logs
