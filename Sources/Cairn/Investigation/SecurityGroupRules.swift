import CairnStorage

/// The rules that a call opens or closes, one text each: `tcp 22 0.0.0.0/0`.
enum SecurityGroupRules {
  /// Rules of a request in either of its forms.
  static func rules(_ request: JSONText) -> [String] {
    if let items = list(request["ipPermissions"]), !items.isEmpty { return items.flatMap(permission) }
    return request.text("cidrIp") != nil || request.text("ipProtocol") != nil ? permission(request) : []
  }

  /// Rules with their IDs, as responses have them.
  static func identified(_ response: JSONText?) -> [String: String] {
    var rules: [String: String] = [:]
    for item in list(response?["securityGroupRuleSet"]) ?? [] {
      let peer =
        item.text("cidrIpv4") ?? item.text("cidrIpv6") ?? item.text("prefixListId")
        ?? item.text("referencedGroupInfo", "groupId") ?? "?"
      if let id = item.text("securityGroupRuleId") { rules[id] = "\(ports(item)) \(peer)" }
    }
    return rules
  }

  /// Rules that a ModifySecurityGroupRules makes others, by their IDs.
  static func modified(_ request: JSONText) -> [(id: String, rule: String)] {
    let rules = (request["ModifySecurityGroupRulesRequest"] ?? request)["SecurityGroupRule"]
    return (list(rules) ?? [rules].compactMap(\.self)).compactMap { item in
      guard let id = item.text("SecurityGroupRuleId"), let rule = item["SecurityGroupRule"] else {
        return nil
      }
      let peer =
        rule.text("CidrIpv4") ?? rule.text("CidrIpv6") ?? rule.text("PrefixListId")
        ?? rule.text("ReferencedGroupId") ?? "?"
      let ports = ports(rule.text("IpProtocol"), rule.text("FromPort"), rule.text("ToPort"))
      return (id, "\(ports) \(peer)")
    }
  }

  /// IDs of rules that a request names.
  static func ids(_ request: JSONText) -> [String] {
    (list(request["securityGroupRuleIds"]) ?? []).compactMap { $0.scalar ?? $0.text("securityGroupRuleId") }
  }

  private static func list(_ value: JSONText?) -> [JSONText]? {
    value?.elements ?? value?["items"]?.elements
  }

  private static func permission(_ item: JSONText) -> [String] {
    var peers = [item.text("cidrIp")].compactMap(\.self)
    for (set, key) in [
      ("ipRanges", "cidrIp"), ("ipv6Ranges", "cidrIpv6"), ("prefixListIds", "prefixListId"),
      ("groups", "groupId"),
    ] {
      peers += (list(item[set]) ?? []).compactMap { $0.text(key) ?? $0.text("groupName") }
    }
    return (peers.isEmpty ? ["?"] : peers).map { "\(ports(item)) \($0)" }
  }

  private static func ports(_ item: JSONText) -> String {
    ports(item.text("ipProtocol"), item.text("fromPort"), item.text("toPort"))
  }

  private static func ports(_ name: String?, _ from: String?, _ to: String?) -> String {
    let name = name ?? "all"
    let label = name == "-1" ? "all" : name
    guard let from, let to, from != "-1", name != "-1" else { return label }
    return from == to ? "\(label) \(from)" : "\(label) \(from)-\(to)"
  }
}
