extension EventKind {
  private static let repositoryArn = "arn:aws:ecr:<region>:<acct>:repository/<repository/0>"

  private static func ecr(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String? = nil,
    response: String? = nil, hasResource: Bool = true
  ) -> EventKind {
    json(
      "ecr", name, by, readOnly: readOnly, request: request, response: response,
      resources: hasResource ? #"[{"accountId":"<acct>","ARN":"\#(repositoryArn)"}]"# : nil,
      services: by[.service] == nil ? [] : ["ecs-tasks.amazonaws.com", "lambda.amazonaws.com"],
      denied: repositoryArn,
      errors: [
        KindError(
          "RepositoryNotFoundException",
          "The repository with name '<repository/0>' does not exist in the registry with id '<acct>'")
      ])
  }

  static let registry: [EventKind] = [
    ecr(
      "GetAuthorizationToken", [.deploy: 5, .service: 3], request: #"{"registryIds":["<acct>"]}"#,
      response: #"""
        {"authorizationData":[{"authorizationToken":"HIDDEN_DUE_TO_SECURITY_REASONS","proxyEndpoint":
        "https://<acct>.dkr.ecr.<region>.amazonaws.com","expiresAt":"<javaTimeNew:43200>"}]}
        """#,
      hasResource: false),
    ecr(
      "BatchGetImage", [.service: 4, .deploy: 2],
      request: #"""
        {"registryId":"<acct>","repositoryName":"<repository/0>","imageIds":[{"imageTag":"<(>latest<|>1.4.2<)>"}],
        "acceptedMediaTypes":["application/vnd.oci.image.manifest.v1+json"]}
        """#,
      response: #"""
        {"images":[{"registryId":"<acct>","repositoryName":"<repository/0>","imageId":{"imageDigest":
        "sha256:<hex:64/1>"}}],"failures":[]}
        """#),
    ecr(
      "GetDownloadUrlForLayer", [.service: 4, .deploy: 1],
      request: #"{"registryId":"<acct>","repositoryName":"<repository/0>","layerDigest":"sha256:<layer/1>"}"#),
    ecr(
      "BatchCheckLayerAvailability", [.deploy: 3],
      request:
        #"{"registryId":"<acct>","repositoryName":"<repository/0>","layerDigests":["sha256:<hex:64/1>"]}"#,
      response: #"""
        {"layers":[{"layerDigest":"sha256:<hex:64/1>","layerAvailability":"AVAILABLE","layerSize":<number:90000000/2>,
        "mediaType":"application/vnd.docker.image.rootfs.diff.tar.gzip"}],"failures":[]}
        """#),
    ecr(
      "PutImage", [.deploy: 1], readOnly: false,
      request: #"""
        {"registryId":"<acct>","repositoryName":"<repository/0>","imageTag":"1.<number:30/2>.<number:10/3>-<hex:7/4>",
        "imageManifest":"{\n   \"schemaVersion\": 2,\n   \"mediaType\":
         \"application/vnd.docker.distribution.manifest.v2+json\",\n   \"config\": {\n      \"digest\":
         \"sha256:<hex:64/1>\"\n   }\n}"}
        """#,
      response: #"""
        {"image":{"registryId":"<acct>","repositoryName":"<repository/0>","imageId":{"imageDigest":"sha256:<hex:64/5>",
        "imageTag":"1.<number:30/2>.<number:10/3>-<hex:7/4>"}}}
        """#),
    ecr("DescribeImages", [.audit: 2], request: #"{"repositoryName":"<repository/0>","maxResults":100}"#),
    ecr(
      "DescribeRepositories", [.audit: 2, .deploy: 1], request: #"{"maxResults":100}"#, hasResource: false),
    json(
      "eks", "DescribeCluster", [.deploy: 2, .audit: 2, .app: 1], request: #"{"name":"<eksCluster/0>"}"#,
      denied: "arn:aws:eks:<region>:<acct>:cluster/<eksCluster/0>"),
    json("eks", "ListClusters", [.audit: 1.5, .human: 1], request: #"{"maxResults":"100"}"#),
    json(
      "eks", "ListNodegroups", [.audit: 1], request: #"{"name":"<eksCluster/0>","maxResults":"100"}"#),
  ]
}
