SELECT resources->>'$[0].type' AS t, count(*) FROM events GROUP BY 1
