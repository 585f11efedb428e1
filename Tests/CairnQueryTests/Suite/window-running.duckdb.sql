SELECT day, n, sum(n) OVER (ORDER BY day)::BIGINT AS total FROM (SELECT day, count(*) AS n FROM events GROUP BY day)
