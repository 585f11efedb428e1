extension EventKind {
  static let signIn: [EventKind] = [consoleLogin, checkMFA, federate, listAccountRoles, createToken]

  private static func signIn(_ source: String, _ name: String, _ by: [Profile: Double]) -> EventKind {
    var kind = EventKind(source: source, name: name, by: by)
    kind.readOnly = false
    kind.isGlobal = true
    return kind
  }

  private static var consoleLogin: EventKind {
    var kind = signIn("signin.amazonaws.com", "ConsoleLogin", [.human: 0.6, .user: 1.5, .root: 3])
    kind.response = #"{"ConsoleLogin":"Success"}"#
    kind.additional = #"""
      {"LoginTo":"https://console.aws.amazon.com/console/home?fromtb\u003dtrue\u0026hashArgs\u003d%23\u0026
      isauthcode\u003dtrue\u0026state\u003dhashArgsFromTB_<region>_<hex:16/1>","MobileVersion":"No",<(/2>
      "MFAIdentifier":"arn:aws:iam::<acct>:mfa/<callerName>","MFAUsed":"Yes"<|>"MFAUsed":"No"<)>}
      """#
    kind.requestID = .none
    kind.eventType = "AwsConsoleSignIn"
    kind.isSignIn = true
    return kind
  }

  private static var checkMFA: EventKind {
    var kind = signIn("signin.amazonaws.com", "CheckMfa", [.user: 0.6])
    kind.response = #"{"CheckMfa":"Success"}"#
    kind.additional = #"{"MfaType":"Virtual MFA"}"#
    kind.requestID = .none
    kind.eventType = "AwsConsoleSignIn"
    kind.isSignIn = true
    return kind
  }

  private static var federate: EventKind {
    var kind = signIn("sso.amazonaws.com", "Federate", [.human: 2])
    kind.requestID = .uuid
    kind.eventType = "AwsServiceEvent"
    kind.isIdentityCenter = true
    kind.serviceDetails = #"{"role_name":"AdministratorAccess","account_id":"<acct>"}"#
    return kind
  }

  private static var listAccountRoles: EventKind {
    var kind = signIn("sso.amazonaws.com", "ListAccountRoles", [.human: 2])
    kind.readOnly = true
    kind.request =
      #"{"maxResults":<(>100<|>"50"<)>,"accessToken":"HIDDEN_DUE_TO_SECURITY_REASONS","accountId":"<acct>"}"#
    kind.isIdentityCenter = true
    return kind
  }

  private static var createToken: EventKind {
    var kind = signIn("sso.amazonaws.com", "CreateToken", [.human: 1])
    kind.request = #"""
      {"clientId":"<mixed:32/1>","clientSecret":"HIDDEN_DUE_TO_SECURITY_REASONS","grantType":
      "urn:ietf:params:oauth:grant-type:device_code","deviceCode":"<mixed:43/2>"}
      """#
    kind.response = #"""
      {"accessToken":"HIDDEN_DUE_TO_SECURITY_REASONS","tokenType":"Bearer","expiresIn":28800,"refreshToken":
      "HIDDEN_DUE_TO_SECURITY_REASONS","idToken":"HIDDEN_DUE_TO_SECURITY_REASONS"}
      """#
    kind.isIdentityCenter = true
    return kind
  }
}
