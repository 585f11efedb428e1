-- a frame of groups of peers
SELECT eventID, count(*) OVER (ORDER BY eventtime GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS near FROM cloudtrail_logs WHERE eventname = 'GetObject' AND day = '04'
