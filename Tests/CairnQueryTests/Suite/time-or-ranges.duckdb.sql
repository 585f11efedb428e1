-- several ranges with OR
SELECT count(*) FROM events WHERE (eventTime BETWEEN '2025-01-02T00:00:00Z' AND '2025-01-02T06:00:00Z') OR (eventTime >= '2025-01-05T18:00:00Z' AND eventTime < '2025-01-06T00:00:00Z')
