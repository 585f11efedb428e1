extension EventKind {
  private static let credentials = #"""
    "credentials":{"accessKeyId":"<newKey>","sessionToken":"<token:780/20>","expiration":"<javaTime:3600>"},
    "assumedRoleUser":{"assumedRoleId":"<targetRoleID>:<newSession>",
    "arn":"arn:aws:sts::<targetAcct>:assumed-role/<targetRole>/<newSession>"}
    """#

  private static func assume(_ name: String, request: String, response: String) -> EventKind {
    // No profile draws these: the generator makes one whenever a session has to begin.
    var kind = EventKind(source: "sts.amazonaws.com", name: name, by: [:])
    kind.request = request
    kind.response = response
    kind.resources =
      #"[{"accountId":"<targetAcct>","type":"AWS::IAM::Role","ARN":"<targetRoleArn>"}]"#
    kind.denied = "<targetRoleArn>"
    return kind
  }

  static let sts: [EventKind] = [
    assume(
      "AssumeRole",
      request: #"""
        {"roleArn":"<targetRoleArn>","roleSessionName":"<newSession>"<(/5><|><|><|>,"durationSeconds":3600<|>,
        "externalId":"<lower:16/6>"<)>}
        """#,
      response: #"{\#(credentials)}"#),
    assume(
      "AssumeRoleWithWebIdentity",
      request: #"""
        {"roleArn":"<targetRoleArn>","roleSessionName":"<newSession>","durationSeconds":3600}
        """#,
      response: #"""
        {\#(credentials),"subjectFromWebIdentityToken":"repo:example-org/<app>:ref:refs/heads/main",
        "provider":"arn:aws:iam::<targetAcct>:oidc-provider/token.actions.githubusercontent.com",
        "audience":"sts.amazonaws.com"}
        """#),
    assume(
      "AssumeRoleWithSAML",
      request: #"""
        {"sAMLAssertionID":"_<uuid/7>","roleSessionName":"<newSession>","roleArn":"<targetRoleArn>",
        "principalArn":"arn:aws:iam::<targetAcct>:saml-provider/AWSSSO_a1b2c3d4_DO_NOT_DELETE","durationSeconds":3600}
        """#,
      response: #"""
        {\#(credentials),"packedPolicySize":<number:40>,"subject":"<newSession>","subjectType":"persistent",
        "issuer":"https://portal.sso.us-east-1.amazonaws.com/saml/assertion/TUVJSUIx",
        "audience":"https://signin.aws.amazon.com/saml","nameQualifier":"<b64:27/8>="}
        """#),
    callerIdentity,
  ]

  private static var callerIdentity: EventKind {
    var kind = EventKind(
      source: "sts.amazonaws.com", name: "GetCallerIdentity",
      by: [.deploy: 8, .human: 3, .audit: 5, .user: 6, .app: 1])
    kind.errors = [KindError("ExpiredToken", "The security token included in the request is expired")]
    return kind
  }
}
