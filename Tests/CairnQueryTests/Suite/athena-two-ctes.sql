-- two common tables joined
WITH keys AS (SELECT useridentity.accesskeyid AS k, count(*) AS n FROM cloudtrail_logs GROUP BY 1), failed AS (SELECT useridentity.accesskeyid AS k, count(*) AS bad FROM cloudtrail_logs WHERE errorcode IS NOT NULL GROUP BY 1) SELECT keys.k, n, bad FROM keys JOIN failed ON keys.k = failed.k ORDER BY bad DESC, keys.k
