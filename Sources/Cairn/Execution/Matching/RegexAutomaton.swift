import CairnStorage

/// A program that is searched for in many texts: sets of states that came once are numbered, and what a character
/// makes of them is remembered, so that most characters of a text cost one look into a table.
///
/// The time is bounded by the text's length times the pattern's also where nothing repeats. What is remembered is
/// bounded; beyond it is forgotten.
final class RegexAutomaton: Sendable {
  private let program: RegexProgram
  /// Whether what holds between two characters is asked of the text's start and end only.
  private let isCacheable: Bool
  private let asksForEnd: Bool
  private let caches = IdlePool<RegexStates>()

  init(_ program: RegexProgram) {
    self.program = program
    asksForEnd = program.asksForEnd
    isCacheable = program.steps.allSatisfy { step in
      switch step {
      case .check(.start), .check(.end), .check(.lastLineEnd): true
      case .check: false
      default: true
      }
    }
  }

  /// Whether the pattern matches anywhere.
  func matches(_ text: [UInt8]) -> Bool {
    text.withUnsafeBufferPointer { Searcher(self).matches($0) }
  }

  /// Searches many texts, one after the other, with what is remembered at hand.
  final class Searcher {
    private let automaton: RegexAutomaton
    private var states: RegexStates?

    init(_ automaton: RegexAutomaton) { self.automaton = automaton }

    deinit {
      if let states { automaton.caches.give(states) }
    }

    /// Whether the pattern matches anywhere.
    func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
      let isASCII = text.isASCII
      guard automaton.isCacheable, let last = text.last, !isASCII || !automaton.isLineEnd(UInt32(last)) else {
        return slowly(RegexPattern.scalars(Array(text)))
      }
      let states = self.states ?? automaton.caches.take() ?? RegexStates(automaton.program)
      self.states = states
      if isASCII { return states.matches(text) }
      let scalars = RegexPattern.scalars(Array(text))
      if let last = scalars.last, automaton.isLineEnd(last) { return slowly(scalars) }
      return scalars.withUnsafeBufferPointer { states.matches($0) }
    }

    private func slowly(_ text: [UInt32]) -> Bool {
      var search = RegexSearch(automaton.program, text)
      return search.run()
    }
  }

  /// Whether what holds at a text's end may hold before this character, too, where that is the last one.
  private func isLineEnd(_ scalar: UInt32) -> Bool { asksForEnd && ScalarSet.lineEnds.contains(scalar) }
}

/// The sets of states that searches with a program have met.
private final class RegexStates {
  private let program: RegexProgram
  /// The classes of a scalar, as bits, by what it is: scalars in the same ones behave alike.
  private var kindNumbers: [[UInt64]: Int] = [:]
  private var asciiKinds = [Int16](repeating: -1, count: 128)
  private var otherKinds: [UInt32: Int] = [:]
  private var sets: [[Int]] = []
  private var setNumbers: [[Int]: Int] = [:]
  /// For each set and kind the set that comes next, or one of the marks.
  private var next: [Int32] = []
  private var reached: [Int]
  private var mark = 0
  private var stack: [Int] = []

  private static let unknown: Int32 = -1
  private static let isMatch: Int32 = -2
  /// Kinds of scalars that have a place in the table; further ones are not remembered.
  private static let kindCount = 64
  /// Sets that are remembered: 4 MiB of table.
  private static let mostSets = 16_384
  /// States in all remembered sets together.
  private static let mostStates = 1 << 20
  private var stateCount = 0
  /// For each set whether a match ends there where the text does; nil while nobody has asked.
  private var endsMatch: [Bool?] = []
  /// The set before the first character, and whether a match ends there.
  private var startNumber: Int?
  private var startStates: [Int] = []
  private var matchesAtStart = false
  /// Characters between two looks at whether the query is to end.
  private static let strideLength = 1 << 14

  init(_ program: RegexProgram) {
    self.program = program
    reached = [Int](repeating: 0, count: program.steps.count)
    var start: [Int] = []
    matchesAtStart = close(over: 0, isStart: true, into: &start)
    startStates = start
  }

  /// - Parameter text: not empty; what ends lines is not its last character where the program asks for the end.
  func matches<Scalar: FixedWidthInteger & UnsignedInteger>(_ text: UnsafeBufferPointer<Scalar>) -> Bool {
    if matchesAtStart { return true }
    var set = startNumber ?? number(startStates)
    startNumber = set
    var place = 0
    while place < text.count {
      let end = min(place + Self.strideLength, text.count)
      guard let reached = run(text, place, end, set) else { return true }
      set = reached
      place = end
      if place < text.count, QueryCancellation.isCurrentCancelled { return false }
    }
    return isMatch(atEnd: set)
  }

  private func isMatch(atEnd set: Int) -> Bool {
    if let known = endsMatch[set] { return known }
    mark += 1
    var states: [Int] = []
    let isMatch = sets[set].contains { state in
      if case .check = program.steps[state] {
        reach(state + 1, isStart: false, isEnd: true, into: &states)
      } else {
        false
      }
    }
    endsMatch[set] = isMatch
    return isMatch
  }

  /// The set after some characters; nil where one of them ends a match.
  private func run<Scalar: FixedWidthInteger & UnsignedInteger>(
    _ text: UnsafeBufferPointer<Scalar>, _ start: Int, _ end: Int, _ set: Int
  ) -> Int? {
    var (set, start) = (set, start)
    while start < end {
      start = follow(text, start, end, &set)
      if start == end { break }
      let scalar = UInt32(text[start])
      start += 1
      let kind =
        scalar < 128 && asciiKinds[Int(scalar)] >= 0 ? Int(asciiKinds[Int(scalar)]) : self.kind(scalar)
      if kind < Self.kindCount {
        let known = next[set * Self.kindCount + kind]
        if known >= 0 {
          set = Int(known)
          continue
        }
        if known == Self.isMatch { return nil }
      }
      var following: [Int] = []
      let isMatch = step(sets[set], scalar, into: &following)
      if isMatch {
        if kind < Self.kindCount { next[set * Self.kindCount + kind] = Self.isMatch }
        return nil
      }
      let before = sets[set]
      let target = number(following)
      // Numbers are new ones where all was forgotten.
      if kind < Self.kindCount, set < sets.count, sets[set] == before {
        next[set * Self.kindCount + kind] = Int32(target)
      }
      set = target
    }
    return set
  }

  /// Goes on as long as sets are known; gives the place where they are not, or a match ends.
  private func follow<Scalar: FixedWidthInteger & UnsignedInteger>(
    _ text: UnsafeBufferPointer<Scalar>, _ start: Int, _ end: Int, _ set: inout Int
  ) -> Int {
    var place = start
    asciiKinds.withUnsafeBufferPointer { asciiKinds in
      next.withUnsafeBufferPointer { next in
        while place < end, text[place] < 128 {
          let kind = Int(asciiKinds[Int(truncatingIfNeeded: text[place])])
          if kind < 0 || kind >= Self.kindCount { return }
          let known = next[set &* Self.kindCount &+ kind]
          if known < 0 { return }
          set = Int(known)
          place &+= 1
        }
      }
    }
    return place
  }

  private func number(_ states: [Int]) -> Int {
    if let known = setNumbers[states] { return known }
    if sets.count >= Self.mostSets || stateCount + states.count > Self.mostStates {
      sets = []
      endsMatch = []
      setNumbers = [:]
      next = []
      stateCount = 0
      startNumber = nil
    }
    let number = sets.count
    sets.append(states)
    endsMatch.append(nil)
    setNumbers[states] = number
    stateCount += states.count
    next.append(contentsOf: repeatElement(Self.unknown, count: Self.kindCount))
    return number
  }

  private func kind(_ scalar: UInt32) -> Int {
    if scalar >= 128, let known = otherKinds[scalar] { return known }
    var bits = [UInt64](repeating: 0, count: (program.classes.count + 63) / 64)
    for (index, set) in program.classes.enumerated() where set.contains(scalar) {
      bits[index >> 6] |= 1 << UInt64(index & 63)
    }
    let number = kindNumbers[bits] ?? kindNumbers.count
    if number < Self.kindCount { kindNumbers[bits] = number }
    let kind = min(number, Self.kindCount)
    if scalar < 128 {
      asciiKinds[Int(scalar)] = Int16(kind)
    } else if otherKinds.count < Self.mostSets {
      otherKinds[scalar] = kind
    }
    return kind
  }

  // MARK: States

  /// What a character makes of a set, and where a match may start after it; true if a match ends there.
  private func step(_ states: [Int], _ scalar: UInt32, into following: inout [Int]) -> Bool {
    mark += 1
    for state in states {
      guard case .take(let index) = program.steps[state], program.classes[index].contains(scalar) else {
        continue
      }
      if reach(state + 1, isStart: false, into: &following) { return true }
    }
    if reach(0, isStart: false, into: &following) { return true }
    following.sort()
    return false
  }

  private func close(over state: Int, isStart: Bool, into states: inout [Int]) -> Bool {
    mark += 1
    if reach(state, isStart: isStart, into: &states) { return true }
    states.sort()
    return false
  }

  /// Follows the steps that take no character; true if one of them is the match. What holds at the text's end only
  /// waits for it like what takes a character.
  private func reach(
    _ start: Int, isStart: Bool, isEnd: Bool = false, into states: inout [Int]
  ) -> Bool {
    stack.append(start)
    while let state = stack.popLast() {
      guard reached[state] != mark else { continue }
      reached[state] = mark
      switch program.steps[state] {
      case .match:
        stack.removeAll(keepingCapacity: true)
        return true
      case .take: states.append(state)
      case .jump(let target): stack.append(target)
      case .save: stack.append(state + 1)
      case .split(let first, let second):
        stack.append(first)
        stack.append(second)
      case .check(.start): if isStart { stack.append(state + 1) }
      case .check: if isEnd { stack.append(state + 1) } else { states.append(state) }
      }
    }
    return false
  }
}
