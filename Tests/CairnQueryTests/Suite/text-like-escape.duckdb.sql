-- LIKE ESCAPE
SELECT count(*) FROM events WHERE userAgent LIKE '%x86!_64%' ESCAPE '!'
