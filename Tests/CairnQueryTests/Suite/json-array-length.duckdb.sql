-- json_array_length
SELECT json_array_length(resources) AS n, count(*) FROM events GROUP BY 1
