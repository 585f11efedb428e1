/// Searches that try one way after the other, as a backtracking engine does, but no step of the program twice at one
/// place: the way for texts and programs of usual sizes. What it notes is kept from text to text.
final class RegexTrial {
  /// Steps of the program times places of the text that are noted.
  static let mostVisits = 1 << 18

  private let program: RegexProgram
  private let slotCount: Int
  private var visited: [UInt64] = []
  /// What is still to be tried, the next one last.
  private var jobs: [Job] = []
  /// The places of the groups of the last match, in pairs; -1 for none.
  private(set) var slots: [Int]
  /// Steps that were tried, of all searches since `begin`.
  private(set) var steps = 0
  /// Places of which something has been noted since that was last taken back.
  private var noted = 0...0

  /// A step at a place, or what a `save` noted before, to be restored once everything behind it has failed.
  private struct Job {
    /// A slot, if below zero: -1 for the first one.
    var step: Int32
    var place: Int32
  }

  init(_ program: RegexProgram, groupCount: Int) {
    self.program = program
    slotCount = 2 * groupCount
    slots = [Int](repeating: -1, count: slotCount)
  }

  /// Whether a text of so many characters is short enough.
  func takes(_ count: Int) -> Bool { (count + 1) <= Self.mostVisits / max(1, program.steps.count) }

  /// Makes ready for another text.
  func begin(_ count: Int) {
    steps = 0
    let words = ((count + 1) * program.steps.count + 63) / 64
    if visited.count < words { visited = [UInt64](repeating: 0, count: words * 2) }
  }

  /// Finds the leftmost match from a place on; its places are in `slots` then.
  func match<Scalar: FixedWidthInteger & UnsignedInteger>(
    _ text: UnsafeBufferPointer<Scalar>, from start: Int
  ) -> Bool {
    let stepCount = program.steps.count
    let end = text.count
    let old = noted.lowerBound * stepCount / 64...((noted.upperBound + 1) * stepCount / 64)
    noted = start...start
    return visited.withUnsafeMutableBufferPointer { visited in
      for word in old where word < visited.count { visited[word] = 0 }
      return program.steps.withUnsafeBufferPointer { program in
        self.program.classes.withUnsafeBufferPointer { classes in
          // Steps that fail at a place fail there whichever start they are reached from.
          for place in start...end {
            if let first = self.program.first {
              guard place < end else { return false }
              if !first.mayBegin(UInt32(text[place])) { continue }
            }
            if run(program, classes, text, place, visited) { return true }
          }
          return false
        }
      }
    }
  }

  private func run<Scalar: FixedWidthInteger & UnsignedInteger>(
    _ program: UnsafeBufferPointer<RegexProgram.Step>, _ classes: UnsafeBufferPointer<ScalarClass>,
    _ text: UnsafeBufferPointer<Scalar>, _ start: Int, _ visited: UnsafeMutableBufferPointer<UInt64>
  ) -> Bool {
    // Held here, so that nobody else is asked whether they may be changed.
    var (slots, jobs) = (self.slots, self.jobs)
    (self.slots, self.jobs) = ([], [])
    var (steps, last) = (0, start)
    defer {
      (self.slots, self.jobs) = (slots, jobs)
      self.steps += steps
      noted = noted.lowerBound...max(noted.upperBound, last)
    }
    for index in slots.indices { slots[index] = -1 }
    jobs.removeAll(keepingCapacity: true)
    jobs.append(Job(step: 0, place: Int32(truncatingIfNeeded: start)))
    while let job = jobs.popLast() {
      if job.step < 0 {
        slots[Int(-1 - job.step)] = Int(job.place)
        continue
      }
      var step = Int(job.step)
      var place = Int(job.place)
      follow: while true {
        let bit = place * program.count + step
        let mask: UInt64 = 1 << UInt64(bit & 63)
        if visited[bit >> 6] & mask != 0 { break }
        visited[bit >> 6] |= mask
        steps += 1
        if place > last { last = place }
        switch program[step] {
        case .match: return true
        case .take(let set):
          guard place < text.count, classes[set].contains(UInt32(text[place])) else { break follow }
          (step, place) = (step + 1, place + 1)
        case .jump(let target): step = target
        case .split(let first, let second):
          jobs.append(Job(step: Int32(truncatingIfNeeded: second), place: Int32(truncatingIfNeeded: place)))
          step = first
        case .save(let slot):
          jobs.append(
            Job(step: Int32(truncatingIfNeeded: -1 - slot), place: Int32(truncatingIfNeeded: slots[slot])))
          slots[slot] = place
          step += 1
        case .check(let assertion):
          guard assertion.holds(in: text, at: place) else { break follow }
          step += 1
        }
      }
    }
    return false
  }
}
