SELECT eventSource, count(*) AS n, sum(count(*)) OVER ()::BIGINT AS total FROM events GROUP BY eventSource
