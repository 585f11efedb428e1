-- json_array_get
SELECT json_extract_scalar(json_array_get(resources, 0), '$.type') AS t, count(*) FROM events GROUP BY 1
