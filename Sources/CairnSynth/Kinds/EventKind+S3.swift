extension EventKind {
  private static func objectKind(
    _ name: String, _ by: [Profile: Double], readOnly: Bool, request: String, response: String? = nil,
    additional: String, services: [String] = []
  ) -> EventKind {
    var kind = EventKind(source: "s3.amazonaws.com", name: name, by: by)
    kind.readOnly = readOnly
    kind.request = request
    kind.response = response
    kind.additional = additional
    kind.resources = #"""
      [{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<bucket/0>/<objectKey/1>"},
      {"accountId":"<acct>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket/0>"}]
      """#
    kind.services = services
    kind.isDataEvent = true
    kind.requestID = .s3
    kind.host = .bucket
    if readOnly {
      kind.errors = [
        KindError("NoSuchKey", "The specified key does not exist."),
        KindError("NoSuchBucket", "The specified bucket does not exist"),
      ]
    }
    return kind
  }

  private static func bucketKind(
    _ name: String, _ by: [Profile: Double], readOnly: Bool = true, request: String, response: String? = nil,
    services: [String] = [], errors: [KindError] = []
  ) -> EventKind {
    var kind = EventKind(source: "s3.amazonaws.com", name: name, by: by)
    kind.readOnly = readOnly
    kind.request = request
    kind.response = response
    kind.additional = #"""
      {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":<(/9>0<|>0<|>494<)>,
      "AuthenticationMethod":"AuthHeader","x-amz-id-2":"<(><b64:75>=<|><b64:75>=<|><b64:96><)>","bytesTransferredOut":<number:900>}
      """#
    kind.resources =
      #"[{"accountId":"<acct>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<bucket/0>"}]"#
    kind.requestID = .s3
    kind.host = .bucket
    kind.services = services
    kind.errors = errors
    kind.denied = #"\"arn:aws:s3:::<bucket/0>\""#
    return kind
  }

  private static let bucketHost = #""bucketName":"<bucket/0>","Host":"<bucket/0>.s3.<region>.amazonaws.com""#

  static let s3: [EventKind] =
    s3Objects + [
      bucketKind(
        "GetBucketAcl", [.service: 10, .audit: 5, .human: 2], request: #"{\#(bucketHost),"acl":""}"#,
        services: ["cloudtrail.amazonaws.com", "config.amazonaws.com"]),
      bucketKind(
        "GetBucketLocation", [.audit: 6, .data: 3], request: #"{\#(bucketHost),"location":""}"#),
      bucketKind(
        "GetBucketPolicy", [.audit: 5], request: #"{\#(bucketHost),"policy":""}"#,
        errors: [KindError("NoSuchBucketPolicy", "The bucket policy does not exist")]),
      bucketKind(
        "GetBucketVersioning", [.audit: 4, .deploy: 1], request: #"{\#(bucketHost),"versioning":""}"#),
      bucketKind(
        "GetBucketEncryption", [.audit: 4, .human: 1], request: #"{\#(bucketHost),"encryption":""}"#),
      bucketKind(
        "GetBucketTagging", [.audit: 3], request: #"{\#(bucketHost),"tagging":""}"#,
        errors: [KindError("NoSuchTagSet", "The TagSet does not exist")]),
      bucketKind(
        "ListAccessPoints", [.human: 3],
        request:
          #"{"bucketName":"<bucket/0>","Host":"<acct>.s3-control.<region>.amazonaws.com","maxResults":"1"}"#),
      bucketKind(
        "PutBucketPolicy", [.deploy: 0.6, .human: 0.3], readOnly: false,
        request: #"""
          {"bucketPolicy":{"Version":"2012-10-17","Statement":[{"Action":"s3:GetBucketAcl","Effect":"Allow",
          "Principal":{"Service":"cloudtrail.amazonaws.com"},"Resource":"arn:aws:s3:::<bucket/0>",
          "Sid":"AWSCloudTrailAclCheck"},{"Action":"s3:PutObject","Condition":{"StringEquals":{"s3:x-amz-acl":
          "bucket-owner-full-control"}},"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},
          "Resource":"arn:aws:s3:::<bucket/0>/*","Sid":"AWSCloudTrailWrite"}]},\#(bucketHost),"policy":""}
          """#),
      bucketKind(
        "PutBucketTagging", [.deploy: 0.6], readOnly: false,
        request: #"""
          {\#(bucketHost),"tagging":"","Tagging":{"xmlns":"http://s3.amazonaws.com/doc/2006-03-01/",
          "TagSet":{"Tag":<(>{"Value":"<app>","Key":"service"}<|>[{"Value":true,"Key":"managed"},
          {"Value":"<environment>","Key":"env"}]<)>}}}
          """#),
      bucketKind(
        "PutBucketVersioning", [.deploy: 0.3], readOnly: false,
        request: #"""
          {"VersioningConfiguration":{"Status":"Enabled","xmlns":"http://s3.amazonaws.com/doc/2006-03-01/"},
          \#(bucketHost),"versioning":""}
          """#),
      bucketKind(
        "CreateBucket", [.deploy: 0.3, .human: 0.2], readOnly: false,
        request: #"""
          {"CreateBucketConfiguration":{"LocationConstraint":"<region>","xmlns":
          "http://s3.amazonaws.com/doc/2006-03-01/"},\#(bucketHost)}
          """#,
        errors: [
          KindError(
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.")
        ]),
      listBuckets,
    ]

  private static let s3Objects: [EventKind] = [
    objectKind(
      "GetObject", [.app: 26, .data: 40, .human: 2, .user: 8, .foreign: 10, .service: 2], readOnly: true,
      request: #"{\#(bucketHost),"key":"<objectKey/1>"<(/5><|><|><|>,"range":"bytes=0-8191"<)>}"#,
      additional: #"""
        {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0.0,
        <(/4>"SSEApplied":"SSE_KMS"<|>"SSEApplied":"SSE_S3"<)>,"AuthenticationMethod":"AuthHeader",
        "x-amz-id-2":"<(><b64:75>=<|><b64:75>=<|><b64:96><)>","bytesTransferredOut":<decimal:90000>}
        """#,
      services: ["athena.amazonaws.com", "glue.amazonaws.com"]),
    objectKind(
      "PutObject", [.app: 16, .data: 22, .user: 6, .service: 14], readOnly: false,
      request: #"""
        {<(/4>"x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:<region>:<acct>:key/<kmsKey/3>",
        "bucketName":"<bucket/0>","Host":"<bucket/0>.s3.<region>.amazonaws.com",
        "x-amz-server-side-encryption":"aws:kms","key":"<objectKey/1>"<|>"bucketName":"<bucket/0>",
        "Host":"<bucket/0>.s3.<region>.amazonaws.com","key":"<objectKey/1>"<|>"bucketName":"<bucket/0>",
        "x-amz-acl":"bucket-owner-full-control","Host":"<bucket/0>.s3.<region>.amazonaws.com",
        "key":"<objectKey/1>"<)>}
        """#,
      response: #"""
        {<(/4>"x-amz-server-side-encryption-aws-kms-key-id":"arn:aws:kms:<region>:<acct>:key/<kmsKey/3>",
        "x-amz-server-side-encryption":"aws:kms"<|>"x-amz-server-side-encryption":"AES256"<|>
        "x-amz-server-side-encryption":"AES256","x-amz-expiration":
        "expiry-date=\"<datePath:7776000>\", rule-id=\"expire-90d\""<)>}
        """#,
      additional: #"""
        {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":<decimal:90000>,
        <(/4>"SSEApplied":"SSE_KMS"<|>"SSEApplied":"Default_SSE_S3"<|>"SSEApplied":"Default_SSE_S3"<)>,
        "AuthenticationMethod":"AuthHeader","x-amz-id-2":"<(><b64:75>=<|><b64:75>=<|><b64:96><)>","bytesTransferredOut":0.0}
        """#,
      services: ["cloudtrail.amazonaws.com", "delivery.logs.amazonaws.com", "config.amazonaws.com"]),
    objectKind(
      "HeadObject", [.app: 5, .data: 7, .user: 1], readOnly: true,
      request: #"{\#(bucketHost),"key":"<objectKey/1>"}"#,
      additional: #"""
        {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0.0,
        "AuthenticationMethod":"AuthHeader","x-amz-id-2":"<(><b64:75>=<|><b64:75>=<|><b64:96><)>","bytesTransferredOut":0.0}
        """#),
    objectKind(
      "DeleteObject", [.app: 2, .data: 4, .user: 0.5], readOnly: false,
      request: #"{\#(bucketHost),"key":"<objectKey/1>"}"#, response: #"{"x-amz-version-id":"<mixed:32/7>"}"#,
      additional: #"""
        {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0.0,
        "AuthenticationMethod":"AuthHeader","x-amz-id-2":"<(><b64:75>=<|><b64:75>=<|><b64:96><)>","bytesTransferredOut":0.0}
        """#),
  ]

  private static var listBuckets: EventKind {
    var kind = EventKind(
      source: "s3.amazonaws.com", name: "ListBuckets", by: [.audit: 3, .human: 3, .user: 1])
    kind.request = #"{"Host":"s3.<region>.amazonaws.com"}"#
    kind.additional = #"""
      {"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,
      "AuthenticationMethod":"AuthHeader","x-amz-id-2":"<(><b64:75>=<|><b64:75>=<|><b64:96><)>","bytesTransferredOut":<number:9000>}
      """#
    kind.requestID = .s3
    return kind
  }
}
