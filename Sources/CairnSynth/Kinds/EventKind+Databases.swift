extension EventKind {
  private static let secretArn = "arn:aws:secretsmanager:<region>:<acct>:secret:<secret/0>-<secretID/0>"

  private static func secret(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String, response: String? = nil,
    services: [String] = []
  ) -> EventKind {
    json(
      "secretsmanager", name, by, readOnly: readOnly, request: request, response: response,
      services: services,
      denied: secretArn,
      errors: [
        KindError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
      ])
  }

  static let databases: [EventKind] = [
    json(
      "rds", "DescribeDBInstances", [.audit: 7, .human: 2, .deploy: 2],
      request: #"""
        {<(>"dBInstanceIdentifier":"<database/0>"<|>"maxRecords":100<|>"maxRecords":100,"filters":[{"name":
        "engine","values":["postgres"]}]<)>}
        """#,
      denied: "arn:aws:rds:<region>:<acct>:db:<database/0>",
      errors: [KindError("DBInstanceNotFoundFault", "DBInstance <database/0> not found.")]),
    json(
      "rds", "DescribeDBClusters", [.audit: 4, .human: 1],
      request: #"{"dBClusterIdentifier":"<dbCluster/0>"}"#),
    json("rds", "DescribeDBSnapshots", [.audit: 2], request: #"{"snapshotType":"<(>manual<|>automated<)>"}"#),
    json(
      "rds", "DescribeDBEngineVersions", [.human: 1, .deploy: 1], request: #"{"engine":"aurora-postgresql"}"#),
    json(
      "rds", "ListTagsForResource", [.audit: 3, .deploy: 1],
      request: #"{"resourceName":"arn:aws:rds:<region>:<acct>:db:<database/0>"}"#),
    json(
      "rds", "CreateDBSnapshot", [.service: 0.6, .human: 0.1], readOnly: false,
      request: #"{"dBSnapshotIdentifier":"<database/0>-<dateDash>","dBInstanceIdentifier":"<database/0>"}"#,
      response: #"""
        {"dBSnapshotIdentifier":"<database/0>-<dateDash>","dBInstanceIdentifier":"<database/0>","engine":"postgres",
        "allocatedStorage":100,"status":"creating","port":5432,"availabilityZone":"<region>a","vpcId":"vpc-<vpc/1>",
        "instanceCreateTime":"<javaTime:-20000000>","masterUsername":"postgres","engineVersion":"15.5","licenseModel":
        "postgresql-license","snapshotType":"manual","optionGroupName":"default:postgres-15","percentProgress":0,
        "storageType":"gp3","encrypted":true,"kmsKeyId":"arn:aws:kms:<region>:<acct>:key/<kmsKey/2>","dBSnapshotArn":
        "arn:aws:rds:<region>:<acct>:snapshot:<database/0>-<dateDash>","iAMDatabaseAuthenticationEnabled":false,
        "processorFeatures":[],"dbiResourceId":"db-<b32:26/3>"}
        """#,
      services: ["backup.amazonaws.com"]),
    json(
      "rds", "ModifyDBInstance", [.deploy: 0.2], readOnly: false,
      request: #"""
        {"dBInstanceIdentifier":"<database/0>","applyImmediately":true,"allowMajorVersionUpgrade":false,
        "masterUserPassword":"****","backupRetentionPeriod":14}
        """#),
    secret(
      "GetSecretValue", [.app: 7, .deploy: 2, .service: 1], request: #"{"secretId":"\#(secretArn)"}"#,
      services: ["ecs-tasks.amazonaws.com"]),
    secret(
      "DescribeSecret", [.audit: 3, .deploy: 2], request: #"{"secretId":"<(>\#(secretArn)<|><secret/0><)>"}"#),
    secret(
      "ListSecrets", [.audit: 2, .human: 1],
      request: #"{"maxResults":100<(><|>,"includePlannedDeletion":false<)>}"#),
    secret(
      "PutSecretValue", [.app: 0.4, .deploy: 0.3], readOnly: false,
      request: #"{"secretId":"\#(secretArn)","clientRequestToken":"<uuidUpper/1>"}"#,
      response: #"{"arn":"\#(secretArn)"}"#),
    secret(
      "CreateSecret", [.deploy: 0.2], readOnly: false,
      request: #"""
        {"name":"<secret/0>","clientRequestToken":"<uuidUpper/1>","description":"","forceOverwriteReplicaSecret":false,
        "tags":[{"key":"service","value":"<app>"}]}
        """#,
      response: #"{"arn":"\#(secretArn)"}"#),
    json(
      "redshift", "DescribeClusters", [.audit: 1.5, .data: 1, .human: 0.5],
      request: #"{<(>"clusterIdentifier":"<dbCluster/0>"<|>"maxRecords":100<)>}"#),
    json(
      "redshift-data", "ExecuteStatement", [.data: 2], readOnly: false,
      request: #"""
        {"clusterIdentifier":"<dbCluster/0>","database":"analytics","dbUser":"HIDDEN_DUE_TO_SECURITY_REASONS","sql":
        "HIDDEN_DUE_TO_SECURITY_REASONS","withEvent":false}
        """#,
      response: #"""
        {"id":"<uuid/1>","clusterIdentifier":"<dbCluster/0>","createdAt":"<javaTimeNew>","database":"analytics"}
        """#),
  ]
}
