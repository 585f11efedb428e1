import CairnStorage

/// A regular expression of S52 that tells where it matches, and where its groups do, as Java's engine does.
struct RegexFinder: Sendable {
  /// Steps that all matches in one text may take together.
  static let mostSteps = 20_000_000

  /// One match: the bytes of the whole match and of the groups, nil for those that took no part.
  struct Match {
    let groups: [Range<Int>?]

    var whole: Range<Int> { (groups.first ?? nil) ?? 0..<0 }
  }

  let groups: RegexGroups
  private let program: RegexProgram
  /// Tells whether there is a match at all, which is faster in long texts.
  private let presence: RegexPattern
  private let trials = IdlePool<RegexTrial>()

  /// Reads a pattern, which must be UTF-8.
  init(_ pattern: [UInt8]) throws(RegexFailure) {
    guard let text = String(validating: pattern, as: UTF8.self) else {
      throw RegexFailure(message: "is not UTF-8")
    }
    let (tree, groups) = try RegexParser.parse(text)
    self.groups = groups
    program = try RegexProgram(.group(0, tree), keepsGroups: true)
    presence = RegexPattern(tree, try RegexProgram(tree))
  }

  /// The matches from left to right, none inside another, from a character on (counted from 0); nil where that takes
  /// too many steps.
  func matches(in text: [UInt8], from first: Int = 0, limit: Int = .max) -> [Match]? {
    text.withUnsafeBufferPointer { text in
      var matches: [Match] = []
      let isWhole = visit(text, from: first, limit: limit) { slots, offsets in
        matches.append(
          Match(groups: (0...groups.count).map { Self.range(slots, $0, offsets) }))
      }
      return isWhole ? matches : nil
    }
  }

  /// The bytes of a group in a match; nil where it took no part.
  static func range(_ slots: [Int], _ group: Int, _ offsets: [Int]?) -> Range<Int>? {
    let (first, last) = (slots[2 * group], slots[2 * group + 1])
    if first < 0 || last < first { return nil }
    return offsets.map { $0[first]..<$0[last] } ?? first..<last
  }

  /// Calls `body` with the places of each match, as `matches` gives them: characters, whose bytes begin where the second
  /// argument says, if they are not the bytes themselves. False where that takes too many steps.
  func visit(
    _ text: UnsafeBufferPointer<UInt8>, from first: Int = 0, limit: Int = .max,
    _ body: (_ slots: [Int], _ offsets: [Int]?) -> Void
  ) -> Bool {
    if let required = presence.required, required.find(in: text) == nil { return true }
    let trial = trials.take() ?? RegexTrial(program, groupCount: groups.count + 1)
    defer { trials.give(trial) }
    if text.isASCII, trial.takes(text.count) {
      trial.begin(text.count)
      return visit(text.count, from: first, limit, { trial.match(text, from: $0) ? trial.slots : nil }) {
        body($0, nil)
      } isOver: {
        trial.steps > Self.mostSteps
      }
    }
    let bytes = Array(text)
    let scalars = RegexPattern.scalars(bytes)
    let offsets = RegexFinder.offsets(bytes, count: scalars.count)
    if trial.takes(scalars.count) {
      return scalars.withUnsafeBufferPointer { scalars in
        trial.begin(scalars.count)
        return visit(
          scalars.count, from: first, limit, { trial.match(scalars, from: $0) ? trial.slots : nil }
        ) {
          body($0, offsets)
        } isOver: {
          trial.steps > Self.mostSteps
        }
      }
    }
    if !presence.matches(text) { return true }
    var search = RegexGroupSearch(program, scalars, groupCount: groups.count + 1)
    return visit(scalars.count, from: first, limit, { search.match(from: $0) }) {
      body($0, offsets)
    } isOver: {
      search.steps > Self.mostSteps
    }
  }

  private func visit(
    _ count: Int, from first: Int, _ limit: Int, _ next: (Int) -> [Int]?, _ body: ([Int]) -> Void,
    isOver: () -> Bool
  ) -> Bool {
    var start = first
    var found = 0
    while start <= count, found < limit {
      guard let slots = next(start) else { return !isOver() }
      if isOver() { return false }
      body(slots)
      found += 1
      // A match of nothing is not found again at its place.
      start = slots[1] == slots[0] ? slots[1] + 1 : slots[1]
      if found & 0xFF == 0, QueryCancellation.isCurrentCancelled { return true }
    }
    return true
  }

  /// Where each character starts, and the end; nil where a character is a byte.
  private static func offsets(_ text: [UInt8], count: Int) -> [Int]? {
    if count == text.count { return nil }
    return Characters.split(text).map(\.startIndex) + [text.count]
  }
}

/// Searches that follow all states at once, in the order in which a backtracking engine would try them.
struct RegexGroupSearch {
  private enum Visit {
    case step(Int)
    /// Undoes what a `save` noted, once everything behind it has been followed.
    case restore(slot: Int, place: Int)
  }

  /// States that wait for a character, the preferred one first, and what each noted.
  private struct Threads {
    var states: [Int] = []
    var slots: [Int] = []
  }

  private let program: RegexProgram
  private let text: [UInt32]
  private let slotCount: Int
  private var current = Threads()
  private var stack: [Visit] = []
  private var slots: [Int]
  /// The place at which a step was last reached.
  private var reached: [Int]
  private(set) var steps = 0

  init(_ program: RegexProgram, _ text: [UInt32], groupCount: Int) {
    self.program = program
    self.text = text
    slotCount = 2 * groupCount
    slots = [Int](repeating: -1, count: slotCount)
    reached = [Int](repeating: -1, count: program.steps.count)
  }

  /// The places of the leftmost match from a place on; nil where there is none or it takes too many steps.
  mutating func match(from start: Int) -> [Int]? {
    var found: [Int]?
    current = Threads()
    for index in reached.indices { reached[index] = -1 }
    for place in start...text.count {
      if found == nil {
        for index in slots.indices { slots[index] = -1 }
        reach(0, at: place)
      }
      if current.states.isEmpty {
        if found != nil { break }
        continue
      }
      let threads = current
      current = Threads()
      for (index, state) in threads.states.enumerated() {
        let noted = threads.slots[index * slotCount..<(index + 1) * slotCount]
        if case .match = program.steps[state] {
          found = Array(noted)
          break
        }
        guard place < text.count, case .take(let set) = program.steps[state],
          program.classes[set].contains(text[place])
        else { continue }
        for (slot, place) in noted.enumerated() { slots[slot] = place }
        reach(state + 1, at: place + 1)
      }
      if steps > RegexFinder.mostSteps { return nil }
      if place & 0x3FF == 0, QueryCancellation.isCurrentCancelled { return nil }
    }
    return found
  }

  /// Follows the steps that take no character.
  private mutating func reach(_ start: Int, at place: Int) {
    stack.append(.step(start))
    while let visit = stack.popLast() {
      guard case .step(let state) = visit else {
        if case .restore(let slot, let place) = visit { slots[slot] = place }
        continue
      }
      guard reached[state] != place else { continue }
      reached[state] = place
      steps += 1
      switch program.steps[state] {
      case .match, .take:
        steps += slotCount
        current.states.append(state)
        current.slots += slots
      case .jump(let target): stack.append(.step(target))
      case .split(let first, let second):
        stack.append(.step(second))
        stack.append(.step(first))
      case .save(let slot):
        stack.append(.restore(slot: slot, place: slots[slot]))
        slots[slot] = place
        stack.append(.step(state + 1))
      case .check(let assertion):
        if assertion.holds(in: text, at: place) { stack.append(.step(state + 1)) }
      }
    }
  }
}
