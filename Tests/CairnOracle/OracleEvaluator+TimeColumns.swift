import CairnSQL

/// Time columns (S23, S60, S64).
extension OracleEvaluator {
  private typealias Name = (text: String, isExact: Bool)

  /// Whether an expression is a time column, in whatever access form.
  func isTimeColumn(_ expression: Expression) throws(OracleError) -> Bool {
    if let known = replacements[expression.span], known.steps.isEmpty, !known.isRecord { return known.isTime }
    if case .path(let path) = expression.kind {
      let base = try resolve(path)
      if !base.isRecord { return base.isTime && base.steps.isEmpty }
    }
    if case .call(let call) = expression.kind, ["min", "max"].contains(call.name.text.lowercased()),
      call.arguments.count == 1
    {
      return try isTimeColumn(call.arguments[0])
    }
    guard let names = try names(of: expression) else { return false }
    let columns = [["eventTime"], ["userIdentity", "sessionContext", "attributes", "creationDate"]]
    return columns.contains { column in
      column.count == names.count
        && zip(column, names).allSatisfy { wanted, name in
          name.isExact ? name.text == wanted : OracleScope.isSame(name.text, wanted)
        }
    }
  }

  /// The names of a path that goes through objects only, below the record.
  private func names(of expression: Expression) throws(OracleError) -> [Name]? {
    switch expression.kind {
    case .path(let path):
      let base = try resolve(path)
      return base.isRecord ? adding(base.steps, to: []) : nil
    case .access(let base, let step):
      return try names(of: base).flatMap { adding([step], to: $0) }
    case .binary(.jsonMember, let base, let key), .binary(.jsonText, let base, let key):
      guard let base = try names(of: base), case .literal(.string(let text)) = key.kind else { return nil }
      return text.hasPrefix("$") ? adding(jsonPath: text, to: base) : base + [Name(text, true)]
    case .call(let call):
      guard call.arguments.count == 2, case .literal(.string(let text)) = call.arguments[1].kind,
        let base = try names(of: call.arguments[0])
      else { return nil }
      switch call.name.text.lowercased() {
      case "element_at": return base + [Name(text, true)]
      case "json_extract", "json_extract_scalar": return adding(jsonPath: text, to: base)
      default: return nil
      }
    default: return nil
    }
  }

  private func adding(_ steps: [Path.Step], to base: [Name]) -> [Name]? {
    var names = base
    for step in steps {
      switch step {
      case .name(let name): names.append(Name(name.text, name.isQuoted))
      case .key(let key): names.append(Name(key, true))
      case .index, .anyElement: return nil
      }
    }
    return names
  }

  private func adding(jsonPath: String, to base: [Name]) -> [Name]? {
    OraclePath.jsonPathKeys(jsonPath).map { base + $0.map { Name($0, true) } }
  }
}
