-- a bare UUID as table name
SELECT count(*) AS n FROM 0233062b-5e3a-4b6f-12e4-a1b2c3d4e5f6 WHERE readOnly = true
