-- a bare UUID as table name
SELECT count(*) AS n FROM events WHERE readOnly = true
