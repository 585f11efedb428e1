-- the "$path" column
SELECT count(DISTINCT "$path") AS objects FROM events
