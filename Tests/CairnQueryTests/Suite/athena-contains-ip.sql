-- contains of a network
SELECT sourceipaddress, count(*) FROM cloudtrail_logs WHERE contains('10.0.0.0/8', sourceipaddress) GROUP BY sourceipaddress
