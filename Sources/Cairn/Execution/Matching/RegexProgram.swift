/// A regular expression as steps of an automaton, all of whose states are followed at once: the time is bounded
/// by the text's length times the pattern's.
struct RegexProgram: Sendable {
  /// Larger patterns are refused.
  static let largestSize = 10_000

  enum Step: Sendable {
    /// Takes one character of a class.
    case take(Int)
    case jump(Int)
    /// Both ways, the first one preferred.
    case split(Int, Int)
    /// Notes the place as the start or end of a group.
    case save(Int)
    case check(RegexAssertion)
    case match
  }

  private(set) var steps: [Step] = []
  private(set) var classes: [ScalarClass] = []

  /// Whether something may hold that is asked of other places than the text's start.
  var asksForEnd: Bool {
    steps.contains { step in
      switch step {
      case .check(.start): false
      case .check: true
      default: false
      }
    }
  }

  /// Whether the places of groups are noted, which costs steps.
  private let keepsGroups: Bool
  /// What matches may begin with; nil where they may have no character.
  private(set) var first: FirstScalars?

  /// ASCII characters, two words of bits; all others may be.
  struct FirstScalars: Sendable {
    private var low: UInt64 = 0
    private var high: UInt64 = 0

    fileprivate mutating func insert(_ set: ScalarClass) {
      low |= set.low
      high |= set.high
    }

    @inline(__always)
    func mayBegin(_ scalar: UInt32) -> Bool {
      if scalar < 64 { return low >> UInt64(scalar) & 1 != 0 }
      return scalar >= 128 || high >> UInt64(scalar - 64) & 1 != 0
    }
  }

  init(_ tree: RegexTree, keepsGroups: Bool = false) throws(RegexFailure) {
    self.keepsGroups = keepsGroups
    try add(tree)
    try append(.match)
    first = firstScalars
  }

  private var firstScalars: FirstScalars? {
    var found = FirstScalars()
    var isKnown = [Bool](repeating: false, count: steps.count)
    var open = [0]
    while let step = open.popLast() {
      if isKnown[step] { continue }
      isKnown[step] = true
      switch steps[step] {
      case .match: return nil
      case .take(let set): found.insert(classes[set])
      case .jump(let target): open.append(target)
      case .split(let first, let second): open += [first, second]
      case .save, .check: open.append(step + 1)
      }
    }
    return found
  }

  private mutating func append(_ step: Step) throws(RegexFailure) {
    guard steps.count < RegexProgram.largestSize else { throw RegexFailure(message: "is too large") }
    steps.append(step)
  }

  private mutating func add(_ tree: RegexTree) throws(RegexFailure) {
    switch tree {
    case .empty: break
    case .set(let set):
      classes.append(ScalarClass(set))
      try append(.take(classes.count - 1))
    case .assertion(let assertion): try append(.check(assertion))
    case .sequence(let items): for item in items { try add(item) }
    case .choice(let items): try addChoice(items)
    case .repeated(let item, let least, let most, let isLazy): try addRepeated(item, least, most, isLazy)
    case .group(let index, let item):
      if keepsGroups { try append(.save(2 * index)) }
      try add(item)
      if keepsGroups { try append(.save(2 * index + 1)) }
    }
  }

  private mutating func addChoice(_ items: [RegexTree]) throws(RegexFailure) {
    var ends: [Int] = []
    for (index, item) in items.enumerated() {
      guard index < items.count - 1 else {
        try add(item)
        continue
      }
      let split = steps.count
      try append(.split(split + 1, 0))
      try add(item)
      ends.append(steps.count)
      try append(.jump(0))
      steps[split] = .split(split + 1, steps.count)
    }
    for end in ends { steps[end] = .jump(steps.count) }
  }

  private mutating func addRepeated(
    _ item: RegexTree, _ least: Int, _ most: Int?, _ isLazy: Bool
  ) throws(RegexFailure) {
    // Something that takes no steps may be repeated for ever.
    if case .empty = item { return }
    for _ in 0..<least { try addCopy(item) }
    func choice(at place: Int, end: Int) -> Step { isLazy ? .split(end, place + 1) : .split(place + 1, end) }
    guard let most else {
      let split = steps.count
      try append(.split(split + 1, 0))
      try add(item)
      try append(.jump(split))
      steps[split] = choice(at: split, end: steps.count)
      return
    }
    var splits: [Int] = []
    for _ in least..<max(least, most) {
      splits.append(steps.count)
      try append(.split(steps.count + 1, 0))
      try addCopy(item)
    }
    for split in splits { steps[split] = choice(at: split, end: steps.count) }
  }

  /// One more copy of a repeated item; copies that add no steps still count towards the limit.
  private mutating func addCopy(_ item: RegexTree) throws(RegexFailure) {
    let size = steps.count
    try add(item)
    if steps.count == size { try append(.jump(size + 1)) }
  }
}

/// One search with a program.
struct RegexSearch {
  private let program: RegexProgram
  private let text: [UInt32]
  /// The states that wait for the next character.
  private var current: [Int] = []
  private var following: [Int] = []
  private var stack: [Int] = []
  /// Characters between two looks at whether the query is to end, less one.
  private static let strideMask = 0x3FF
  /// The last place at which a step was reached.
  private var reached: [Int]

  init(_ program: RegexProgram, _ text: [UInt32]) {
    self.program = program
    self.text = text
    reached = [Int](repeating: -1, count: program.steps.count)
  }

  /// Whether the pattern matches anywhere.
  mutating func run() -> Bool {
    for place in 0...text.count {
      if place & Self.strideMask == 0, QueryCancellation.isCurrentCancelled { return false }
      // A match may start here.
      if reach(0, at: place) { return true }
      guard place < text.count else { break }
      let scalar = text[place]
      following.removeAll(keepingCapacity: true)
      swap(&current, &following)
      for state in following {
        guard case .take(let index) = program.steps[state], program.classes[index].contains(scalar) else {
          continue
        }
        if reach(state + 1, at: place + 1) { return true }
      }
    }
    return false
  }

  /// Follows the steps that take no character; true if one of them is the match.
  private mutating func reach(_ start: Int, at place: Int) -> Bool {
    stack.append(start)
    while let state = stack.popLast() {
      guard reached[state] != place else { continue }
      reached[state] = place
      switch program.steps[state] {
      case .match:
        stack.removeAll(keepingCapacity: true)
        return true
      case .take: current.append(state)
      case .jump(let target): stack.append(target)
      case .save: stack.append(state + 1)
      case .split(let first, let second):
        stack.append(first)
        stack.append(second)
      case .check(let assertion):
        if assertion.holds(in: text, at: place) { stack.append(state + 1) }
      }
    }
    return false
  }
}

extension RegexAssertion {
  func holds(in text: [UInt32], at place: Int) -> Bool {
    text.withUnsafeBufferPointer { holds(in: $0, at: place) }
  }

  func holds<Scalar: FixedWidthInteger & UnsignedInteger>(
    in text: UnsafeBufferPointer<Scalar>, at place: Int
  ) -> Bool {
    let text = RegexPlaces(text: text)
    return switch self {
    case .start: place == 0
    case .end: place == text.count
    case .lastLineEnd: place == text.count || text.isLastLineEnd(place)
    case .lineStart:
      place == 0 || place < text.count && text.isLineEnd(place - 1) && !text.isInsidePair(place)
    case .lineEnd: place == text.count || text.isLineEnd(place) && !text.isInsidePair(place)
    case .wordBoundary: text.isWord(place - 1) != text.isWord(place)
    case .noWordBoundary: text.isWord(place - 1) == text.isWord(place)
    }
  }
}

/// What stands at the places of a text.
private struct RegexPlaces<Scalar: FixedWidthInteger & UnsignedInteger> {
  let text: UnsafeBufferPointer<Scalar>

  var count: Int { text.count }

  func isWord(_ place: Int) -> Bool {
    place >= 0 && place < text.count && ScalarSet.word.contains(UInt32(text[place]))
  }

  func isLineEnd(_ place: Int) -> Bool {
    place >= 0 && place < text.count && ScalarSet.lineEnds.contains(UInt32(text[place]))
  }

  /// Between a carriage return and its line feed.
  func isInsidePair(_ place: Int) -> Bool {
    place > 0 && place < text.count && text[place - 1] == 0x0D && text[place] == 0x0A
  }

  func isLastLineEnd(_ place: Int) -> Bool {
    guard isLineEnd(place), !isInsidePair(place) else { return false }
    return place + 1 == text.count || place + 2 == text.count && isInsidePair(place + 1)
  }
}
