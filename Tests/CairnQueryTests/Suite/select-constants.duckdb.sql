SELECT 1 AS one, 'x' AS x, NULL AS nothing, TRUE AS yes, 7 // 2 AS three
