-- listagg WITHIN GROUP
SELECT eventSource, listagg(DISTINCT eventVersion, ',') WITHIN GROUP (ORDER BY eventVersion) AS versions FROM events GROUP BY eventSource
