SELECT CASE WHEN regexp_matches(userAgent, 'aws-cli/(\d+)') THEN regexp_extract(userAgent, 'aws-cli/(\d+)', 1) END AS major, count(*) FROM events GROUP BY 1
