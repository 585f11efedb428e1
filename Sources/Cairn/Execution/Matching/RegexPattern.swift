import CairnStorage

/// A regular expression of S52, ready to be found.
struct RegexPattern: Sendable {
  private enum Form: Sendable {
    /// A pattern without operators is a part of the text.
    case literal([UInt8])
    /// Alternatives of such.
    case literals([[UInt8]], NeedleAutomaton)
    case program(RegexAutomaton)
  }

  private let form: Form
  /// A text that is in all texts in which it is found; nil where none is known.
  let required: ByteFinder?

  /// Reads a pattern, which must be UTF-8.
  init(_ pattern: [UInt8]) throws(RegexFailure) {
    guard let text = String(validating: pattern, as: UTF8.self) else {
      throw RegexFailure(message: "is not UTF-8")
    }
    // U+FFFD stands for other bytes in the text (S52), so that it is no literal.
    let operators = Set("\\^$.|?*+()[]{}\u{FFFD}".unicodeScalars)
    if text.unicodeScalars.allSatisfy({ !operators.contains($0) }) {
      self.init(.literal(pattern), pattern.isEmpty ? nil : ByteFinder(pattern))
      return
    }
    let tree = try RegexParser.parse(text).tree
    self.init(tree, try RegexProgram(tree))
  }

  /// A text as it is, which is not empty.
  init(literal text: [UInt8]) { self.init(.literal(text), ByteFinder(text)) }

  /// A pattern that has been read; `program` is made of `tree`.
  init(_ tree: RegexTree, _ program: RegexProgram) { self.init(Self.form(tree, program), tree.required) }

  private init(_ form: Form, _ required: ByteFinder?) { (self.form, self.required) = (form, required) }

  private static func form(_ tree: RegexTree, _ program: RegexProgram) -> Form {
    if let literals = tree.literals, !literals.contains([]) {
      let distinct = Set(literals).sorted { $0.lexicographicallyPrecedes($1) }
      return distinct.count == 1 ? .literal(distinct[0]) : .literals(distinct, NeedleAutomaton(distinct))
    }
    return .program(RegexAutomaton(program))
  }

  /// Texts of which one must be there, where that is all that is asked; none is empty.
  var needles: [[UInt8]]? {
    switch form {
    case .literal(let part): part.isEmpty ? nil : [part]
    case .literals(let parts, _): parts
    case .program: nil
    }
  }

  /// What a text has in it wherever it is found; nil where nothing is known.
  var textNeedles: TextNeedles? {
    if let needles { return TextNeedles(needles, isSufficient: true, isAny: needles.count > 1) }
    return required.map { TextNeedles([$0.text], foldsCase: $0.foldsCase) }
  }

  /// Whether it is found anywhere in a text.
  func matches(_ text: [UInt8]) -> Bool { text.withUnsafeBufferPointer { matches($0) } }

  /// The same in bytes as they lie in memory.
  func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    switch form {
    case .literal(let part): part.withUnsafeBufferPointer { ByteOrder.find($0, in: text, from: 0) } != nil
    case .literals(_, let automaton): automaton.search(text) { _ in true }
    case .program(let automaton):
      required?.find(in: text) == nil && required != nil
        ? false : RegexAutomaton.Searcher(automaton).matches(text)
    }
  }

  /// The same for many texts by one thread.
  func textJudge() -> TextJudge {
    switch form {
    case .literal(let part):
      return { text in part.withUnsafeBufferPointer { ByteOrder.find($0, in: text, from: 0) } != nil }
    case .literals(_, let automaton): return { automaton.search(Array($0)) { _ in true } }
    case .program(let automaton):
      let searcher = RegexAutomaton.Searcher(automaton)
      guard let required else { return { searcher.matches($0) } }
      return { required.find(in: $0) == nil ? false : searcher.matches($0) }
    }
  }

  /// The characters of a text, U+FFFD for those that are not Unicode.
  static func scalars(_ text: [UInt8]) -> [UInt32] {
    if text.allSatisfy({ $0 < 0x80 }) { return text.map { UInt32($0) } }
    return Characters.split(text).map { Characters.scalar($0)?.value ?? 0xFFFD }
  }
}

extension RegexTree {
  /// More alternatives are left to the program.
  private static let mostLiterals = 10_000

  /// The texts that it stands for, if these are all: no classes, repetitions or assertions.
  fileprivate var literals: [[UInt8]]? {
    switch self {
    case .empty: return [[]]
    case .set(.ranges(let ranges)):
      guard ranges.count == 1, ranges[0].count == 1, ranges[0].lowerBound != 0xFFFD,
        let scalar = Unicode.Scalar(ranges[0].lowerBound)
      else { return nil }
      return [Array(String(Character(scalar)).utf8)]
    case .group(_, let item): return item.literals
    case .sequence(let items):
      var texts: [[UInt8]] = [[]]
      for item in items {
        guard let more = item.literals, texts.count * more.count <= Self.mostLiterals else { return nil }
        texts = texts.flatMap { text in more.map { text + $0 } }
      }
      return texts
    case .choice(let items):
      var texts: [[UInt8]] = []
      for item in items {
        guard let more = item.literals, texts.count + more.count <= Self.mostLiterals else { return nil }
        texts += more
      }
      return texts
    case .set, .assertion, .repeated: return nil
    }
  }

  // MARK: What all matches have

  /// A part that must be there: bytes, and whether capital letters of ASCII count as small ones.
  private struct Part {
    var bytes: [UInt8] = []
    var foldsCase = false
  }

  /// The longest text that is known to be in every match.
  fileprivate var required: ByteFinder? {
    var best = Part()
    var run = Part()
    collect(&run, &best)
    Self.end(&run, &best)
    return best.bytes.isEmpty ? nil : ByteFinder(best.bytes, foldsCase: best.foldsCase)
  }

  private static func end(_ run: inout Part, _ best: inout Part) {
    if run.bytes.count > best.bytes.count { best = run }
    run = Part()
  }

  /// Adds what stands at one place in all matches to the run before it, or ends that.
  private func collect(_ run: inout Part, _ best: inout Part) {
    switch self {
    case .empty, .assertion: return
    case .set(.ranges(let ranges)):
      guard ranges.count == 1, ranges[0].count == 1, ranges[0].lowerBound != 0xFFFD,
        let scalar = Unicode.Scalar(ranges[0].lowerBound)
      else { return Self.end(&run, &best) }
      run.bytes += Array(String(Character(scalar)).utf8)
    case .set(.ignoringCase(let ranges)):
      // Letters beyond ASCII are the other case of these.
      guard ranges.count == 1, ranges[0].count == 1, ranges[0].lowerBound < 0x80,
        case let byte = UInt8(ranges[0].lowerBound), !"iksIKS".utf8.contains(byte)
      else { return Self.end(&run, &best) }
      run.bytes.append(byte)
      run.foldsCase = true
    case .group(_, let item): item.collect(&run, &best)
    case .sequence(let items): for item in items { item.collect(&run, &best) }
    case .repeated(let item, let least, _, _):
      // Its first time may follow what is before it.
      if least > 0 { item.collect(&run, &best) }
      Self.end(&run, &best)
    case .set, .choice: Self.end(&run, &best)
    }
  }
}
