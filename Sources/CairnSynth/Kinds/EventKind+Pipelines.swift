extension EventKind {
  private static func glue(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String, response: String? = nil,
    errors: [KindError] = []
  ) -> EventKind {
    json(
      "glue", name, by, readOnly: readOnly, request: request, response: response,
      denied: "arn:aws:glue:<region>:<acct>:catalog",
      errors: errors + [
        KindError("EntityNotFoundException", "Entity Not Found (Service: AWSGlue; Status Code: 400)")
      ])
  }

  static let pipelines: [EventKind] = [
    glue(
      "GetTable", [.data: 14, .human: 1],
      request: #"{"databaseName":"<glueDatabase/0>","name":"<glueTable/1>"}"#),
    glue("GetDatabase", [.data: 4], request: #"{"name":"<glueDatabase/0>"}"#),
    glue(
      "GetPartitions", [.data: 8],
      request: #"""
        {"databaseName":"<glueDatabase/0>","tableName":"<glueTable/1>","expression":
        "dt \u003e\u003d '<dateDash:-604800>' AND dt \u003c '<dateDash>'","maxResults":<(>1000<|>100<)>,"excludeColumnSchema":true}
        """#),
    glue(
      "BatchCreatePartition", [.data: 2], readOnly: false,
      request: #"""
        {"databaseName":"<glueDatabase/0>","tableName":"<glueTable/1>","partitionInputList":[<{4>{"values":["<dateDash>",
        "<number:24>"],"storageDescriptor":{"location":"s3://<bucket/2>/<glueTable/1>/dt\u003d<dateDash>","inputFormat":
        "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat","compressed":true,"numberOfBuckets":0},
        "parameters":{}}<}>]}
        """#,
      response: #"{"errors":[]}"#),
    glue(
      "UpdateTable", [.data: 0.8], readOnly: false,
      request: #"""
        {"databaseName":"<glueDatabase/0>","tableInput":{"name":"<glueTable/1>","owner":"hadoop","retention":0,
        "parameters":{"classification":"parquet","transient_lastDdlTime":"<epoch>","EXTERNAL":"TRUE"},"tableType":
        "EXTERNAL_TABLE"},"skipArchive":true}
        """#),
    glue(
      "StartJobRun", [.data: 1, .service: 0.6], readOnly: false,
      request: #"""
        {"jobName":"<job/0>","arguments":{"--dt":"<dateDash>","--job-bookmark-option":"job-bookmark-enable",
        "--enable-metrics":"true"}}
        """#,
      response: #"{"jobRunId":"jr_<hex:64/1>"}"#),
    glue(
      "GetJobRun", [.data: 4],
      request: #"{"jobName":"<job/0>","runId":"jr_<jobRun/1>","predecessorsIncluded":false}"#),
    glue("GetJobs", [.audit: 1, .human: 0.5], request: #"{"maxResults":100}"#),
    glue("GetCrawlers", [.audit: 1], request: "{}"),
    json(
      "athena", "StartQueryExecution", [.data: 3, .human: 2, .user: 1], readOnly: false,
      request: #"""
        {"queryString":"SELECT\n  <(>count(*)<|>region,\n  sum(amount) AS total<|>date_trunc('day', ts), count(*)<)>\nFROM \"<glueTable/1>\"\nWHERE dt \u003e\u003d '<dateDash:-86400>'<(>\nGROUP BY 1<|>\nLIMIT <number:1000><|><)>","clientRequestToken":
        "<uuid/2>","queryExecutionContext":{"database":"<glueDatabase/0>"},"resultConfiguration":{"outputLocation":
        "s3://<bucket/3>/athena/"},"workGroup":"<workGroup/4>"}
        """#,
      response: #"{"queryExecutionId":"<uuid/5>"}"#,
      denied: "arn:aws:athena:<region>:<acct>:workgroup/<workGroup/4>",
      errors: [
        KindError(
          "InvalidRequestException", "line 3:6: mismatched input 'WHERE'. Expecting: <(>'('<|>identifier<)>")
      ]),
    json(
      "athena", "GetQueryExecution", [.data: 7, .human: 3, .user: 2],
      request: #"{"queryExecutionId":"<query/1>"}"#),
    json(
      "athena", "GetQueryResults", [.data: 3, .human: 2, .user: 1],
      request: #"{"queryExecutionId":"<query/1>","maxResults":1000}"#),
    json("athena", "GetWorkGroup", [.data: 1, .audit: 1], request: #"{"workGroup":"<workGroup/0>"}"#),
    json(
      "elasticmapreduce", "DescribeCluster", [.data: 3, .audit: 1],
      request: #"{"clusterId":"j-<emrCluster/0>"}"#,
      errors: [KindError("InvalidRequestException", "Cluster id 'j-<emrCluster/0>' is not valid.")]),
    json(
      "elasticmapreduce", "AddJobFlowSteps", [.data: 0.5], readOnly: false,
      request: #"""
        {"jobFlowId":"j-<emrCluster/0>","steps":[<{2>{"name":"<job/1>","actionOnFailure":"CONTINUE","hadoopJarStep":{"jar":
        "command-runner.jar","args":["spark-submit","--deploy-mode","cluster","s3://<bucket/2>/jobs/<job/1>.py"]}}<}>]}
        """#,
      response: #"{"stepIds":["s-<s3id:13/3>"]}"#),
    json(
      "bedrock", "InvokeModel", [.app: 1],
      request: #"{"modelId":"<(>anthropic.claude-3-sonnet-20240229-v1:0<|>amazon.titan-embed-text-v2:0<)>"}"#,
      errors: [
        KindError(
          "ThrottlingException", "Too many tokens, please wait before trying again.")
      ]),
    json(
      "sagemaker", "DescribeEndpoint", [.app: 1, .audit: 0.5],
      request: #"{"endpointName":"<app/0>-endpoint"}"#),
  ].map { kind in
    var kind = kind
    if kind.by[.service] != nil { kind.services = ["scheduler.amazonaws.com"] }
    return kind
  }
}
