-- a frame of time
SELECT eventID, count(*) OVER (PARTITION BY sourceipaddress ORDER BY from_iso8601_timestamp(eventtime) RANGE BETWEEN INTERVAL '10' MINUTE PRECEDING AND CURRENT ROW) AS burst FROM cloudtrail_logs WHERE errorcode IS NOT NULL
