-- account_partition, region_partition
SELECT account_partition, region_partition, count(*) FROM cloudtrail_logs WHERE region_partition <> 'us-east-1' GROUP BY 1, 2
