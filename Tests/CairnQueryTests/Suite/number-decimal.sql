-- CAST to decimal and double
SELECT CAST(count(*) AS double) / 4 AS quarter, round(CAST(count(*) AS double) / 7, 2) AS seventh FROM events
