-- strpos and substr
SELECT substr(eventSource, 1, strpos(eventSource, '.') - 1) AS service, count(*) FROM events GROUP BY 1
