-- EXCEPT
SELECT eventname FROM events WHERE awsregion = 'us-east-1' EXCEPT SELECT eventname FROM events WHERE awsregion = 'eu-west-1'
