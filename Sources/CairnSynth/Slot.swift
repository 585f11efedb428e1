/// A typed hole in a record template, written `<name>`, `<name:argument>` or `<name:argument/register>`.
///
/// A register is a random word of the event: slots that name the same register agree with each other, which is
/// how a response repeats the instance ID of its request. Arguments are lengths or bounds.
enum Slot: String {
  // The record's own context.
  case acct, region, regionShort, ver, time, identity, caller, ip, ua, shared, vpce, tls, console
  case recipient
  case eventID, rid, ridS3, ridDynamo
  // Times in the spellings of the services; the argument is an offset in seconds.
  case javaTime, javaTimeNew, isoTime, epoch, epochMillis, epochDecimal, epochExponent, datePath, dateDash
  // Random tokens; the argument is a length or a bound.
  case uuid, uuidUpper, hex, b64, b32, s3id, mixed, lower, number, decimal, pass
  // Principals.
  case appRole, roleName, roleID, userName, userID, userKey, keyPrefix, callerKey, callerName, email
  case targetAcct, targetRole, targetRoleArn, targetRoleID, newKey, newSession, token
  // Addresses.
  case privateIP, publicIP, cidr
  // Resources: the argument is a `Pool`; and the free parts of names.
  case pool, objectKey, app, component, environment, instanceType, runtime
  // Containers.
  case cluster, ecsService, family, revision, containerImage
  // Structure, never written in a template by name.
  case literal, alternatives, loop
}

/// One step of a compiled template: literal bytes, then a slot.
struct TemplateStep {
  var literalStart: Int32
  var literalCount: Int32
  var slot: Slot
  var register: UInt8
  var argument: Int32
  /// For `alternatives` and `loop`: the step after the block.
  var end: Int32
  /// For `alternatives`: how many there are; for `loop`: the largest number of rounds.
  var count: Int32
}

/// A compiled template: a range of the program's steps.
struct Template: Sendable {
  let start: Int
  let end: Int
}

/// All templates of the catalogue, flattened into three arrays that rendering reads.
struct TemplateProgram: Sendable {
  private(set) var literals: [UInt8] = []
  private(set) var steps: [TemplateStep] = []
  /// Start and end steps of the options of every `alternatives` block.
  private(set) var options: [Int32] = []

  /// Compiles `text` and returns its range.
  ///
  /// Line breaks and the blanks after them only lay the template out. `<(>a<|>b<)>` chooses one part,
  /// `<(/3>` does so by register 3, `<{5>x<}>` repeats x one to five times with commas.
  mutating func compile(_ text: String) -> Template {
    var parser = TemplateParser(text: Array(text.utf8))
    let start = steps.count
    compileSequence(&parser, name: text)
    guard parser.isAtEnd else { fatalError("unbalanced template: \(text)") }
    return Template(start: start, end: steps.count)
  }

  private mutating func compileSequence(_ parser: inout TemplateParser, name: String) {
    while true {
      let literal = parser.takeLiteral()
      let from = literals.count
      literals.append(contentsOf: literal)
      var step = TemplateStep(
        literalStart: Int32(from), literalCount: Int32(literal.count), slot: .literal, register: 0,
        argument: 0,
        end: 0, count: 0)
      guard let tag = parser.peekTag(), tag.name != "|", tag.name != ")", tag.name != "}" else {
        if !literal.isEmpty { steps.append(step) }
        return
      }
      parser.skipTag()
      step.register = tag.register ?? parser.freshRegister()
      switch tag.name.utf8.first {
      case UInt8(ascii: "("): compileAlternatives(step, &parser, name: name)
      case UInt8(ascii: "{"): compileLoop(step, tag, &parser, name: name)
      default:
        guard let (slot, argument) = Self.slot(tag) else {
          fatalError("unknown slot <\(tag.name)> in \(name)")
        }
        step.slot = slot
        step.argument = argument
        steps.append(step)
      }
    }
  }

  private static func slot(_ tag: TemplateTag) -> (Slot, Int32)? {
    if let slot = Slot(rawValue: tag.name) { return (slot, tag.argument) }
    if let pool = poolsByName[tag.name] { return (.pool, Int32(pool.rawValue)) }
    return nil
  }

  private static let poolsByName = Dictionary(
    uniqueKeysWithValues: Pool.allCases.map { (String(describing: $0), $0) })

  private mutating func compileAlternatives(
    _ opening: TemplateStep, _ parser: inout TemplateParser, name: String
  ) {
    var bounds = [Int32]()
    let at = steps.count
    steps.append(opening)
    var closed = false
    while !closed {
      bounds.append(Int32(steps.count))
      compileSequence(&parser, name: name)
      bounds.append(Int32(steps.count))
      closed = parser.peekTag()?.name != "|"
      if closed, parser.peekTag()?.name != ")" { fatalError("unclosed <(> in \(name)") }
      parser.skipTag()
    }
    steps[at].slot = .alternatives
    steps[at].argument = Int32(options.count)
    steps[at].count = Int32(bounds.count / 2)
    steps[at].end = Int32(steps.count)
    options.append(contentsOf: bounds)
  }

  private mutating func compileLoop(
    _ opening: TemplateStep, _ tag: TemplateTag, _ parser: inout TemplateParser, name: String
  ) {
    let at = steps.count
    steps.append(opening)
    compileSequence(&parser, name: name)
    guard parser.peekTag()?.name == "}", let most = Int32(tag.name.dropFirst()), most > 0 else {
      fatalError("bad loop in \(name)")
    }
    parser.skipTag()
    steps[at].slot = .loop
    steps[at].count = most
    steps[at].end = Int32(steps.count)
  }
}

/// The inside of `<…>`.
struct TemplateTag {
  var name: String
  var argument: Int32
  var register: UInt8?
}

/// Reads a template's text.
struct TemplateParser {
  private let text: [UInt8]
  private var position = 0
  private var nextRegister: UInt8 = 100

  init(text: [UInt8]) {
    self.text = text
  }

  var isAtEnd: Bool { position >= text.count }

  /// Registers from 100 on belong to slots that name none; templates use 0 to 59.
  mutating func freshRegister() -> UInt8 {
    nextRegister = nextRegister == 250 ? 100 : nextRegister + 1
    return nextRegister
  }

  /// Bytes up to the next tag, without line breaks and indentation.
  mutating func takeLiteral() -> [UInt8] {
    var out = [UInt8]()
    while position < text.count, text[position] != UInt8(ascii: "<") {
      if text[position] == 10 {
        while position < text.count, text[position] == 10 || text[position] == 32 { position += 1 }
      } else {
        out.append(text[position])
        position += 1
      }
    }
    return out
  }

  func peekTag() -> TemplateTag? {
    guard position < text.count, let close = text[position...].firstIndex(of: UInt8(ascii: ">")) else {
      return nil
    }
    let inside = String(decoding: text[(position + 1)..<close], as: UTF8.self)
    let halves = inside.split(separator: "/", maxSplits: 1)
    let parts = halves.first.map { $0.split(separator: ":", maxSplits: 1) } ?? []
    return TemplateTag(
      name: parts.first.map(String.init) ?? "",
      argument: parts.count > 1 ? Int32(parts[1]) ?? 0 : 0,
      register: halves.count > 1 ? UInt8(halves[1]) : nil)
  }

  mutating func skipTag() {
    guard let close = text[position...].firstIndex(of: UInt8(ascii: ">")) else { return }
    position = close + 1
  }
}
