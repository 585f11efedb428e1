-- avg of lengths
SELECT eventSource, avg(length(userAgent)) AS a, max(length(userAgent)) AS m, min(length(userAgent)) AS i FROM events GROUP BY eventSource
