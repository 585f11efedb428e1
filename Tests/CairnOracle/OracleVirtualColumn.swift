/// A virtual column of a row (S62): what the key of its object says, spelled as what it is compared with.
struct OracleVirtualColumn {
  private enum Part { case path, account, region, year, month, day, hour, date }

  private let part: Part
  private let key: String?

  init?(_ name: String, key: String?) {
    switch name.lowercased() {
    case "$path": part = .path
    case "account", "accountid", "account_id", "account_partition", "aws_account_id", "p_account":
      part = .account
    case "region", "region_partition", "p_region": part = .region
    case "year": part = .year
    case "month": part = .month
    case "day": part = .day
    case "hour": part = .hour
    case "date", "dt", "date_partition", "partition_date", "log_date", "p_date", "timestamp": part = .date
    default: return nil
    }
    self.key = key
  }

  /// The value beside constants: the first that has another form than the column's own decides.
  func value(beside constants: [OracleValue]) -> OracleValue {
    var form: Form = .own
    for constant in constants {
      // Where one has no form of the column's, the column keeps its own.
      guard let next = self.form(of: constant) else { return value(.own) }
      if form == .own { form = next }
    }
    return value(form)
  }

  /// The value beside a LIKE pattern.
  func value(besidePattern pattern: [UInt8]?) -> OracleValue {
    guard let pattern else { return value(.own) }
    let fixed = pattern.prefix { $0 != UInt8(ascii: "%") && $0 != UInt8(ascii: "_") }
    return value(form(of: .text(Array(fixed))) ?? .own)
  }

  private enum Form { case own, short, slashes, dashes, digits, typed }

  private func form(of constant: OracleValue) -> Form? {
    switch constant {
    case .null, .number, .double: return .own
    case .date, .timestamp: return part == .day || part == .date ? .typed : nil
    case .text(let bytes): return form(of: String(decoding: bytes, as: UTF8.self))
    default: return nil
    }
  }

  private func form(of text: String) -> Form? {
    func has(_ pattern: some RegexComponent) -> Bool { text.prefixMatch(of: pattern) != nil }
    func isWhole(_ pattern: some RegexComponent) -> Bool { text.wholeMatch(of: pattern) != nil }
    if part == .year { return isWhole(/[0-9]{4}/) ? .own : nil }
    if has(/[0-9]{4}\//) { return .slashes }
    if has(/[0-9]{4}-/) { return .dashes }
    switch part {
    case .month where isWhole(/[0-9]{6}/), .day where isWhole(/[0-9]{8}/), .date where isWhole(/[0-9]{8}/),
      .hour where isWhole(/[0-9]{10}/):
      return .digits
    case .date: return nil
    default: return isWhole(/[0-9]/) ? .short : isWhole(/[0-9]{2}/) ? .own : nil
    }
  }

  private func value(_ form: Form) -> OracleValue {
    guard let key else { return .null }
    if part == .path { return .text(Array(key.utf8)) }
    guard let delivery = OracleDelivery(key) else { return .null }
    func text(_ text: String) -> OracleValue { .text(Array(text.utf8)) }
    let count: Int
    switch part {
    case .account: return text(delivery.account)
    case .region: return text(delivery.region)
    case .path, .year: count = 1
    case .month: count = 2
    case .day, .date: count = 3
    case .hour: count = 4
    }
    guard count <= delivery.parts.count else { return .null }
    let parts = delivery.parts.prefix(count)
    switch form {
    case .typed:
      guard let instant = OracleValue.text(Array(parts.joined(separator: "-").utf8)).instant else {
        return .null
      }
      return .date(days: instant.seconds / 86_400)
    case .dashes: return text(parts.joined(separator: "-"))
    case .digits: return text(parts.joined())
    case .own where part != .date: return text(parts[count - 1])
    case .short where part != .date: return text(Int(parts[count - 1]).map { String($0) } ?? parts[count - 1])
    default: return text(parts.joined(separator: "/"))
    }
  }
}

/// Account, region and time of a delivered object, by its folders below AWSLogs, else by its file's name.
private struct OracleDelivery {
  let account: String
  let region: String
  /// Year, month, day, and the hour where the file's name tells it.
  let parts: [String]

  init?(_ key: String) {
    let file = key.split(separator: "/").last.map(String.init) ?? ""
    let name = file.wholeMatch(
      of: /([0-9]+)_(CloudTrail[^_]*)_([^_]*)_(?:[^_]*_)*?([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})[0-9]{2}.*/
    )
    let hour = (name?.7).map { [String($0)] } ?? []
    let folders = key.wholeMatch(
      of:
        /(?:.*\/)?AWSLogs\/(?:o-[^\/]*\/)?([^\/]+)\/CloudTrail[^\/]*\/([^\/]+)\/([^\/]+)\/([^\/]+)\/([^\/]+)\/.+/
    )
    if let folders {
      (account, region) = (String(folders.1), String(folders.2))
      parts = [String(folders.3), String(folders.4), String(folders.5)] + hour
    } else if let name {
      (account, region) = (String(name.1), String(name.3))
      parts = [String(name.4), String(name.5), String(name.6)] + hour
    } else {
      return nil
    }
  }
}
