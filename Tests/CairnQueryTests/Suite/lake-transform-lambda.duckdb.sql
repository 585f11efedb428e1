SELECT eventID, len(list_filter(map_values(CAST(tlsDetails AS MAP(VARCHAR, VARCHAR))), lambda v: v LIKE 'TLS%')) AS n FROM events WHERE eventName = 'RunInstances' AND tlsDetails IS NOT NULL
