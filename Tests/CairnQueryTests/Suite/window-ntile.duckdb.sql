-- ntile, dense_rank, percent_rank and cume_dist
SELECT awsregion, n, ntile(2) OVER (ORDER BY n) AS half, dense_rank() OVER (ORDER BY n DESC) AS d, percent_rank() OVER (ORDER BY n) AS p, cume_dist() OVER (ORDER BY n) AS c FROM (SELECT awsregion, count(*) AS n FROM events GROUP BY awsregion)
