SELECT eventSource FROM (SELECT eventSource, rank() OVER (ORDER BY eventSource) r FROM events WHERE eventSource < 'e') WHERE r <= 3
