-- lambdas over the values of a JSON map
SELECT eventID, cardinality(filter(map_values(CAST(json_parse(json_format(json_extract(eventJson, '$.tlsDetails'))) AS map(varchar, varchar))), v -> v LIKE 'TLS%')) AS n FROM $EDS_ID WHERE eventName = 'RunInstances' AND tlsDetails IS NOT NULL
