import CCairn
import Cairn

/// A condition that a caller has as a tree, as the SQL that means the same.
struct FilterText {
  private let archive: Archive
  /// Deeper trees are refused, before the parser does.
  private static let depthLimit = 32

  init(_ archive: Archive) { self.archive = archive }

  /// Throws `CairnError.usage` where the tree is none.
  func text(of filter: UnsafePointer<cairn_filter>) throws -> String {
    try text(of: filter.pointee, depth: 0)
  }

  private func text(of filter: cairn_filter, depth: Int) throws -> String {
    guard depth < Self.depthLimit else {
      throw CairnError.usage("a filter of more than \(Self.depthLimit) levels")
    }
    switch Int(filter.kind) {
    case CAIRN_AND: return try joined(filter, "AND", empty: "TRUE", depth)
    case CAIRN_OR: return try joined(filter, "OR", empty: "FALSE", depth)
    case CAIRN_NOT:
      let children = try children(filter, depth)
      guard children.count == 1 else { throw CairnError.usage("NOT of \(children.count) filters") }
      return "(NOT \(children[0]))"
    case CAIRN_EQUAL: return try comparison(filter, "=")
    case CAIRN_NOT_EQUAL: return try comparison(filter, "<>")
    case CAIRN_LESS: return try comparison(filter, "<")
    case CAIRN_LESS_EQUAL: return try comparison(filter, "<=")
    case CAIRN_GREATER: return try comparison(filter, ">")
    case CAIRN_GREATER_EQUAL: return try comparison(filter, ">=")
    case CAIRN_IN:
      let values = try values(filter)
      return values.isEmpty ? "FALSE" : "(\(try path(filter)) IN (\(values.joined(separator: ", "))))"
    case CAIRN_STARTS_WITH: return try pattern(filter) { "\($0)%" }
    case CAIRN_ENDS_WITH: return try pattern(filter) { "%\($0)" }
    case CAIRN_CONTAINS: return try pattern(filter) { "%\($0)%" }
    case CAIRN_IS_NULL: return "(\(try path(filter)) IS NULL)"
    case CAIRN_IS_NOT_NULL: return "(\(try path(filter)) IS NOT NULL)"
    default: throw CairnError.usage("a filter of kind \(filter.kind)")
    }
  }

  private func children(_ filter: cairn_filter, _ depth: Int) throws -> [String] {
    guard filter.child_count > 0 else { return [] }
    guard let children = filter.children else { throw missing("children") }
    return try (0..<Int(filter.child_count)).map { index in
      guard let child = children[index] else { throw missing("children[\(index)]") }
      return try text(of: child.pointee, depth: depth + 1)
    }
  }

  private func joined(_ filter: cairn_filter, _ word: String, empty: String, _ depth: Int) throws -> String {
    let children = try children(filter, depth)
    return children.isEmpty ? empty : "(\(children.joined(separator: " \(word) ")))"
  }

  private func comparison(_ filter: cairn_filter, _ sign: String) throws -> String {
    let values = try values(filter)
    guard values.count == 1 else { throw CairnError.usage("a comparison with \(values.count) values") }
    return "(\(try path(filter)) \(sign) \(values[0]))"
  }

  private func pattern(_ filter: cairn_filter, _ form: (String) -> String) throws -> String {
    guard filter.value_count == 1, let value = filter.values?.pointee, Int(value.kind) == CAIRN_TEXT,
      let text = value.text
    else { throw CairnError.usage("a search for anything but one text") }
    var escaped = ""
    for scalar in String(cString: text).unicodeScalars {
      if "%_\\".unicodeScalars.contains(scalar) { escaped += "\\" }
      escaped.unicodeScalars.append(scalar)
    }
    return "(\(try path(filter)) LIKE \(literal(form(escaped))) ESCAPE '\\')"
  }

  /// Nothing but a path, or the record as a whole, may stand here.
  private func path(_ filter: cairn_filter) throws -> String {
    guard let pointer = filter.path else { throw missing("path") }
    let path = String(cString: pointer)
    if path.lowercased() != "eventjson" { try FieldPath.check(path, on: archive) }
    // A comment may end it.
    return path + "\n"
  }

  private func values(_ filter: cairn_filter) throws -> [String] {
    guard filter.value_count > 0 else { return [] }
    guard let values = filter.values else { throw missing("values") }
    return try (0..<Int(filter.value_count)).map { try literal(values[$0]) }
  }

  private func literal(_ value: cairn_value) throws -> String {
    switch Int(value.kind) {
    case CAIRN_TEXT:
      guard let text = value.text else { throw missing("text") }
      return literal(String(cString: text))
    // Without its sign the least one is no literal.
    case CAIRN_WHOLE: return value.whole == .min ? "CAST('\(value.whole)' AS bigint)" : "(\(value.whole))"
    case CAIRN_DOUBLE:
      guard value.number.isFinite else { throw CairnError.usage("a double that is not finite") }
      return "CAST('\(value.number)' AS double)"
    case CAIRN_BOOLEAN: return value.whole == 0 ? "FALSE" : "TRUE"
    case CAIRN_TIME: return try time(value.whole)
    default: throw CairnError.usage("a value of kind \(value.kind)")
    }
  }

  private func time(_ microseconds: Int64) throws -> String {
    let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
    let (whole, part) = rest < 0 ? (seconds - 1, rest + 1_000_000) : (seconds, rest)
    guard -62_135_596_800..<253_402_300_800 ~= whole else {
      throw CairnError.usage("\(microseconds): no time of the years 1 to 9999")
    }
    let digits = String(part)
    let text = formatTime(whole * 1000)
    return
      "TIMESTAMP '\(text.prefix(10)) \(text.dropFirst(11).prefix(8)).\(String(repeating: "0", count: 6 - digits.count))\(digits)'"
  }

  private func literal(_ text: String) -> String {
    var quoted = "'"
    for scalar in text.unicodeScalars {
      if scalar == "'" { quoted += "'" }
      quoted.unicodeScalars.append(scalar)
    }
    return quoted + "'"
  }
}
