-- SELECT * of one event
SELECT * FROM star WHERE eventname = 'PutBucketVersioning'
