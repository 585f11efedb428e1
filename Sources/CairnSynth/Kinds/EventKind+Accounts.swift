extension EventKind {
  static let accounts: [EventKind] = [
    json("organizations", "DescribeOrganization", [.audit: 2, .human: 1]).asGlobal(),
    json("organizations", "ListAccounts", [.audit: 2, .human: 0.5], request: #"{<(>"maxResults":20<|><)>}"#)
      .asGlobal(),
    json("organizations", "DescribeAccount", [.audit: 1], request: #"{"accountId":"<acct>"}"#).asGlobal(),
    json(
      "tagging", "GetResources", [.audit: 7, .app: 0.5],
      request: #"""
        {"paginationToken":"","tagFilters":[{"key":"<(>service<|>env<)>","values":["<(><app><|><environment><)>"]}],
        "resourcesPerPage":100,"resourceTypeFilters":[<(>"ec2:instance"<|>"rds:db","rds:cluster"<|>"s3"<)>]}
        """#),
    json("tagging", "GetTagKeys", [.human: 1], request: #"{"paginationToken":""}"#),
    json(
      "ce", "GetCostAndUsage", [.audit: 1, .human: 0.5],
      request: #"""
        {"timePeriod":{"start":"<dateDash:-2592000>","end":"<dateDash>"},"granularity":"DAILY","metrics":[
        "UnblendedCost"],"groupBy":[{"type":"DIMENSION","key":"SERVICE"}]}
        """#
    ).asGlobal(),
    json("budgets", "ViewBudget", [.audit: 0.5], request: #"{"accountId":"<acct>","maxResults":100}"#)
      .asGlobal(),
    json("support", "DescribeTrustedAdvisorChecks", [.audit: 1], request: #"{"language":"en"}"#).asGlobal(),
    json(
      "servicequotas", "ListServiceQuotas", [.audit: 1],
      request: #"{"serviceCode":"<(>ec2<|>lambda<|>vpc<)>","maxResults":100}"#),
    json(
      "cognito-idp", "AdminGetUser", [.app: 1.5],
      request: #"{"userPoolId":"<region>_<userPool/0>","username":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#,
      errors: [KindError("UserNotFoundException", "User does not exist.")]),
    json("cognito-idp", "ListUserPools", [.audit: 0.6], request: #"{"maxResults":60}"#),
    json(
      "resource-explorer-2", "ListIndexes", [.human: 0.8], request: #"{"Type":"AGGREGATOR","MaxResults":1}"#),
    json("license-manager", "GetServiceSettings", [.audit: 0.3]),
    json(
      "ram", "ListResources", [.audit: 0.6], request: #"{"resourceOwner":"OTHER-ACCOUNTS","maxResults":100}"#),
    json("compute-optimizer", "GetEnrollmentStatus", [.human: 1], request: "{}"),
  ]
}
