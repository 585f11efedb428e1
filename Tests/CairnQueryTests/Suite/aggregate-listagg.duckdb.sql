SELECT eventSource, string_agg(DISTINCT eventVersion, ',' ORDER BY eventVersion) AS versions FROM events GROUP BY eventSource
