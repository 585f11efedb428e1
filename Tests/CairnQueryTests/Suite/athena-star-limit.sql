-- SELECT * of one event
SELECT * FROM cloudtrail_logs WHERE eventname = 'PutBucketVersioning'
