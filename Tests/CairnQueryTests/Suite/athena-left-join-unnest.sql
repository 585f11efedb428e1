-- LEFT JOIN UNNEST ON TRUE
SELECT eventName, count(*) AS rows, count(r) AS resources FROM cloudtrail_logs LEFT JOIN UNNEST(resources) AS t(r) ON TRUE GROUP BY eventName
