SELECT length(eventName) // 2 AS half, length(eventName) % 3 AS rest, count(*) FROM events GROUP BY 1, 2
