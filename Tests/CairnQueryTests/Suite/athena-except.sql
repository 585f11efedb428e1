-- EXCEPT
SELECT eventname FROM cloudtrail_logs WHERE awsregion = 'us-east-1' EXCEPT SELECT eventname FROM cloudtrail_logs WHERE awsregion = 'eu-west-1'
