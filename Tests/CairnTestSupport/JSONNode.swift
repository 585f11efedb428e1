/// JSON as a tree of spelled parts, printed by rules of its own: what Cairn rebuilds is compared with this.
package indirect enum JSONNode: Sendable {
  /// A scalar as it is spelled, quotes included.
  case text([UInt8])
  case object([(key: [UInt8], value: JSONNode)])
  case array([JSONNode])

  package static func text(_ spelling: String) -> JSONNode { .text(Array(spelling.utf8)) }

  package static func string(_ spelling: String) -> JSONNode { .text("\"\(spelling)\"") }

  package static func members(_ members: [(String, JSONNode)]) -> JSONNode {
    .object(members.map { (Array($0.0.utf8), $0.1) })
  }
}

/// Where a printer puts white space.
package struct JSONStyle: Sendable {
  package var name: String
  /// Line end and one level of indentation, or nil where objects stay on one line.
  package var objectLines: (newline: String, indent: String)?
  package var arraysOnLines = false
  package var beforeColon = ""
  package var afterColon = ""
  package var afterComma = ""
  package var arrayPadding = ""

  package init(name: String) { self.name = name }

  package static let compact = JSONStyle(name: "compact")
  /// Python's `json.dumps` as it comes.
  package static var dumps: JSONStyle {
    var style = JSONStyle(name: "json.dumps")
    (style.afterColon, style.afterComma) = (" ", " ")
    return style
  }
  /// Python's and JavaScript's `indent=n`, and jq.
  package static func indented(_ indent: String, newline: String = "\n") -> JSONStyle {
    var style = JSONStyle(
      name: "indent \(indent.utf8.count) of \(indent.utf8.first ?? 0), newline \(newline.utf8.count)")
    style.objectLines = (newline, indent)
    style.arraysOnLines = true
    style.afterColon = " "
    return style
  }
  /// Jackson's default pretty printer: `"key" : value`, arrays on one line.
  package static var jackson: JSONStyle {
    var style = JSONStyle(name: "jackson")
    style.objectLines = ("\n", "  ")
    (style.beforeColon, style.afterColon, style.afterComma, style.arrayPadding) = (" ", " ", " ", " ")
    return style
  }
  package static var all: [JSONStyle] {
    [
      .compact, .dumps, .indented("  "), .indented("    "), .indented("\t"), .indented(" "),
      .indented("  ", newline: "\r\n"), .jackson,
    ]
  }
}

package struct JSONPrinter {
  private let style: JSONStyle
  package private(set) var output: [UInt8] = []
  /// Inserts white space where no style has any, one time in so many.
  private var noise: (generator: SeededGenerator, oneIn: Int)?

  package init(_ style: JSONStyle, noise: (generator: SeededGenerator, oneIn: Int)? = nil) {
    self.style = style
    self.noise = noise
  }

  package static func print(_ node: JSONNode, _ style: JSONStyle) -> [UInt8] {
    var printer = JSONPrinter(style)
    printer.add(node, depth: 0)
    return printer.output
  }

  private mutating func put(_ text: String) { output += Array(text.utf8) }

  private mutating func disturb() {
    guard let oneIn = noise?.oneIn, var generator = noise?.generator else { return }
    if generator.chance(oneIn) { put(generator.pick([" ", "  ", "\n", "\t", "\r\n "])) }
    noise?.generator = generator
  }

  private mutating func line(_ depth: Int) {
    guard let lines = style.objectLines else { return }
    put(lines.newline + String(repeating: lines.indent, count: depth))
  }

  package mutating func add(_ node: JSONNode, depth: Int) {
    switch node {
    case .text(let bytes): output += bytes
    case .object(let members): addObject(members, depth)
    case .array(let items): addArray(items, depth)
    }
  }

  private mutating func addObject(_ members: [(key: [UInt8], value: JSONNode)], _ depth: Int) {
    put("{")
    for (index, member) in members.enumerated() {
      if index > 0 {
        put(",")
        if style.objectLines == nil { put(style.afterComma) }
      }
      line(depth + 1)
      disturb()
      put("\"")
      output += member.key
      put("\"" + style.beforeColon + ":" + style.afterColon)
      disturb()
      add(member.value, depth: depth + 1)
    }
    if !members.isEmpty { line(depth) }
    put("}")
  }

  private mutating func addArray(_ items: [JSONNode], _ depth: Int) {
    put("[")
    let inside = style.arraysOnLines ? depth + 1 : depth
    for (index, item) in items.enumerated() {
      if index > 0 { put(",") }
      if style.arraysOnLines { line(inside) } else { put(index > 0 ? style.afterComma : style.arrayPadding) }
      disturb()
      add(item, depth: inside)
    }
    if !items.isEmpty { if style.arraysOnLines { line(depth) } else { put(style.arrayPadding) } }
    disturb()
    put("]")
  }
}
