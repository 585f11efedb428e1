/// Things of another service than the call's own that a parameter names: the ARN of a role that a function runs as, a
/// trail's `s3BucketName`.
enum ForeignThing {
  /// Services whose things others name; in ARNs and in eventSource they are spelled the same.
  private static let services: Set<String> = [
    "acm", "dynamodb", "ec2", "ecr", "ecs", "firehose", "iam", "kinesis", "kms", "lambda", "logs", "s3",
    "secretsmanager", "sns", "sqs",
  ]
  /// Those that keys begin with: `kmsKeyId`.
  private static let prefixes = ["iam", "kms", "lambda", "s3", "sns", "sqs"]

  static func isNamed(by match: Parameter, in event: RecordedEvent) -> Bool {
    let stem = CallName.stem(match.key)
    // Tags of anything can be set by one call. What the record lists is what the call is about.
    guard !stem.hasPrefix("resource"), event.service != "tagging", !match.path.hasPrefix("[") else {
      return false
    }
    if let arn = ARN.naming(match.value) {
      return services.contains(arn.service) && !event.service.hasPrefix(arn.service)
    }
    return prefixes.contains { prefix in
      stem.hasPrefix(prefix) && stem.count > prefix.count && !event.service.hasPrefix(prefix)
    }
  }
}
