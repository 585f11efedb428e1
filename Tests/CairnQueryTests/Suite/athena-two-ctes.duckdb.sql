-- two common tables joined
WITH keys AS (SELECT (userIdentity->>'$."accessKeyId"') AS k, count(*) AS n FROM events GROUP BY 1), failed AS (SELECT (userIdentity->>'$."accessKeyId"') AS k, count(*) AS bad FROM events WHERE errorcode IS NOT NULL GROUP BY 1) SELECT keys.k, n, bad FROM keys JOIN failed ON keys.k = failed.k ORDER BY bad DESC, keys.k
