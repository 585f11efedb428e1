/// Rebuilds records as JSON in a layout: the one place where stored values become bytes again. Verification,
/// restoring, raw output and whole-object text all print here.
package final class RecordPrinter {
  private let catalogue: Catalogue
  private let layout: Layout
  private let file: String
  private var programs: [ProgramKey: Program] = [:]
  /// Programs of root shapes, by shape.
  private var rootPrograms: [Program?]
  private var compactPrograms: [[Program?]]
  /// White space before an item as deep as any so far; that of others is the beginning of it.
  private var lineText: [UInt8] = []
  /// Memory of programs kept here.
  private var keptByteCount = 0
  /// What other printers of the segment have compiled.
  private let shared: RecordPrograms?

  private struct ProgramKey: Hashable {
    var slot: Int
    var word: UInt32
    var depth: Int
  }

  /// A shape in this layout: literal bytes between values, and how each value prints. Steps are trivial and the
  /// literals lie in one run of bytes, so that printing touches no reference counts.
  fileprivate final class Program: @unchecked Sendable {
    enum Action: BitwiseCopyable { case string, integer, number, array, object, end }

    /// Literals end before 4 GiB (`SegmentFormat.fragmentByteLimit`), depths before 65,536.
    struct Step: BitwiseCopyable {
      var literalStart: UInt32
      var literalByteCount: UInt32
      /// A column, or the slot of an array's elements or of an object.
      var target: UInt32
      var depth: UInt16
      var action: Action
    }

    var byteCount: Int { steps.byteCount + literals.count }

    private(set) var steps = RawVector<Step>()
    private(set) var literals = RawVector<UInt8>()

    deinit {
      steps.free()
      literals.free()
    }

    func add(_ literal: [UInt8], _ action: Action, target: Int = 0, depth: Int = 0) {
      steps.append(
        Step(
          literalStart: UInt32(literals.count), literalByteCount: UInt32(literal.count),
          target: UInt32(target), depth: UInt16(depth), action: action))
      literals.append(contentsOf: literal)
    }
  }

  /// - Parameter shared: programs of the segment, which printers of the compact layout have in common.
  package init(catalogue: Catalogue, layout: Layout, file: String, shared: RecordPrograms? = nil) {
    self.shared = layout.isCompact ? shared : nil
    self.catalogue = catalogue
    self.layout = layout
    self.file = file
    rootPrograms = Array(repeating: nil, count: catalogue.shapes[0].count)
    compactPrograms = Array(repeating: [], count: catalogue.slots.count)
  }

  /// Appends row `index` of the batch. The bytes are the record's original ones where its object has this
  /// layout and the row is not verbatim.
  ///
  /// - Parameter end: the length of `output` that may be passed by one value only; what would be longer throws
  ///   `CairnError.damaged`. Without it a record may be as long as all objects of its segment, or as any record.
  package func append(
    _ batch: RecordBatch, row index: Int, to output: inout RawVector<UInt8>, end: Int? = nil
  ) throws {
    let end = end ?? Self.end(of: batch, output)
    var cursor = batch.rowStarts[index]
    let word = batch.tape[cursor]
    cursor += 1
    try run(try rootProgram(word, room: end - output.count), batch, &cursor, to: &output, end)
  }

  private static func end(of batch: RecordBatch, _ output: RawVector<UInt8>) -> Int {
    // What is read of a compressed object may be longer than that.
    let longest = max(batch.reader.footer.jsonByteCount, RecordParser.recordByteLimit)
    return output.count + min(longest, SegmentFormat.fragmentByteLimit)
  }

  /// Appends row `index` of a batch of values at places, each at a slot; compact layout.
  func append(
    _ batch: RecordBatch, row index: Int, slot: Int, to output: inout RawVector<UInt8>
  ) throws {
    var cursor = batch.rowStarts[index]
    let word = batch.tape[cursor]
    cursor += 1
    let end = Self.end(of: batch, output)
    let program = try program(slot: slot, word: word, depth: 0, room: end - output.count)
    try run(program, batch, &cursor, to: &output, end)
  }

  private func rootProgram(_ word: UInt32, room: Int) throws -> Program {
    let index = Int(word) - Int(ValueKind.firstShapeWord)
    guard index >= 0, index < rootPrograms.count else {
      throw CairnError.damaged(file: file, offset: 0, cause: "a record's root is no object (word \(word))")
    }
    if let known = rootPrograms[index] { return known }
    let program = try compile(slot: 0, word: word, depth: 0, room: room)
    makeRoom(for: program)
    rootPrograms[index] = program
    return program
  }

  /// Forgets all programs where they and a new one are too large to be kept: objects can have shapes without end.
  private func makeRoom(for program: Program) {
    keptByteCount += program.byteCount
    guard keptByteCount > RecordPrograms.byteLimit else { return }
    for index in rootPrograms.indices { rootPrograms[index] = nil }
    for slot in compactPrograms.indices { compactPrograms[slot] = [] }
    programs = [:]
    keptByteCount = program.byteCount
  }

  /// - Parameter room: bytes that its literals may have.
  private func program(slot: Int, word: UInt32, depth: Int, room: Int) throws -> Program {
    if layout.isCompact { return try compactProgram(slot: slot, word: word, room: room) }
    // White space depends on the depth only where items stand on lines of their own.
    let key = ProgramKey(slot: slot, word: word, depth: depth)
    if let known = programs[key] { return known }
    let program = try compile(slot: slot, word: word, depth: depth, room: room)
    makeRoom(for: program)
    programs[key] = program
    return program
  }

  /// In compact layout depth does not matter: programs by slot and word.
  private func compactProgram(slot: Int, word: UInt32, room: Int) throws -> Program {
    let index = Int(word)
    if index < compactPrograms[slot].count, let known = compactPrograms[slot][index] { return known }
    let program = try compile(slot: slot, word: word, depth: 0, room: room)
    makeRoom(for: program)
    if index >= compactPrograms[slot].count {
      compactPrograms[slot].append(
        contentsOf: repeatElement(nil, count: index + 1 - compactPrograms[slot].count))
    }
    compactPrograms[slot][index] = program
    return program
  }

  private func run(
    _ program: Program, _ batch: RecordBatch, _ cursor: inout Int, to output: inout RawVector<UInt8>,
    _ end: Int
  ) throws {
    let (literals, tape, entries) = (program.literals, batch.tape, batch.plainEntries)
    let steps = UnsafePointer(program.steps.base)
    Self.fetch(steps, tape.base + cursor, entries)
    for index in 0..<program.steps.count {
      let step = steps[index]
      output.append(from: literals.base + Int(step.literalStart), count: Int(step.literalByteCount))
      if output.count > end { throw tooLong() }
      let target = Int(step.target)
      switch step.action {
      case .string:
        if let plain = entries[target] {
          plain.append(Int(tape[cursor]), to: &output)
        } else {
          batch.tables[target]?.appendSpelling(of: Int(tape[cursor]), to: &output)
        }
        cursor &+= 1
      case .integer:
        appendDecimal(batch.integers[target][Int(batch.tape[cursor])], to: &output)
        cursor += 1
      case .number:
        if let table = batch.tables[target] { output.append(contentsOf: table[Int(batch.tape[cursor])]) }
        cursor += 1
      case .array:
        try appendArray(batch, &cursor, slot: target, depth: Int(step.depth), to: &output, end)
        Self.fetch(steps + index + 1, tape.base + cursor, entries)
      case .object:
        let word = batch.tape[cursor]
        cursor += 1
        let program = try self.program(
          slot: target, word: word, depth: Int(step.depth), room: end - output.count)
        try run(program, batch, &cursor, to: &output, end)
        Self.fetch(steps + index + 1, tape.base + cursor, entries)
      case .end:
        return
      }
    }
  }

  /// Fetches the strings before the next array or object, all at once: they lie far apart, and how long one is decides
  /// what comes next, so that the processor would wait for each.
  @inline(__always)
  private static func fetch(
    _ steps: UnsafePointer<Program.Step>, _ tape: UnsafePointer<UInt32>,
    _ entries: RawVector<StringTable.PlainEntries?>
  ) {
    var (step, word) = (steps, tape)
    while true {
      switch step.pointee.action {
      case .string: entries[Int(step.pointee.target)]?.fetch(Int(word.pointee))
      case .integer, .number: break
      case .array, .object, .end: return
      }
      step += 1
      word += 1
    }
  }

  private func appendArray(
    _ batch: RecordBatch, _ cursor: inout Int, slot: Int, depth: Int, to output: inout RawVector<UInt8>,
    _ end: Int
  ) throws {
    let inside = layout.depthInside(array: true, at: depth)
    let length = batch.tape[cursor]
    cursor += 1
    output.append(UInt8(ascii: "["))
    for index in 0..<length {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      if layout.arraysMultiline {
        try appendLineStart(inside, to: &output, end)
      } else {
        output.append(contentsOf: index == 0 ? layout.arrayPadding : layout.afterComma)
      }
      let word = batch.tape[cursor]
      cursor += 1
      let program = try program(slot: slot, word: word, depth: inside, room: end - output.count)
      try run(program, batch, &cursor, to: &output, end)
    }
    if layout.arraysMultiline {
      try appendLineStart(depth, to: &output, end)
    } else {
      output.append(contentsOf: layout.arrayPadding)
    }
    output.append(UInt8(ascii: "]"))
  }

  private func appendLineStart(_ depth: Int, to output: inout RawVector<UInt8>, _ end: Int) throws {
    let byteCount = try lineStartByteCount(depth, room: end - output.count)
    lineText.withUnsafeBufferPointer { text in
      if let base = text.baseAddress { output.append(from: base, count: byteCount) }
    }
  }

  /// Bytes of `lineText` that begin a line at this depth.
  private func lineStartByteCount(_ depth: Int, room: Int) throws -> Int {
    let byteCount = layout.newline.count + layout.base.count + layout.unit.count * depth
    guard byteCount <= room else { throw tooLong() }
    if lineText.isEmpty { lineText = layout.newline + layout.base }
    while lineText.count < byteCount { lineText += layout.unit }
    return byteCount
  }

  private func tooLong() -> CairnError {
    .damaged(file: file, offset: 0, cause: "a record is longer than its object was")
  }

  // MARK: Compiling

  private func compile(slot: Int, word: UInt32, depth: Int, room: Int) throws -> Program {
    try shared?.program(slot: slot, word: word) {
      try compileAnew(slot: slot, word: word, depth: 0, room: room)
    } ?? compileAnew(slot: slot, word: word, depth: depth, room: room)
  }

  private func compileAnew(slot: Int, word: UInt32, depth: Int, room: Int) throws -> Program {
    let program = Program()
    var literal: [UInt8] = []
    try compile(slot: slot, word: word, depth: depth, &literal, program, room: room)
    program.add(literal, .end)
    return program
  }

  private func compile(
    slot: Int, word: UInt32, depth: Int, _ literal: inout [UInt8], _ program: Program, room: Int
  ) throws {
    func act(_ action: Program.Action, _ target: Int, depth: Int = 0) {
      program.add(literal, action, target: target, depth: depth)
      literal = []
    }
    func column(_ kind: ColumnKind) throws -> Int {
      guard let column = catalogue.column(slot, kind) else {
        throw CairnError.damaged(
          file: file, offset: 0, cause: "no \(kind) column for \(catalogue.path(of: slot))")
      }
      return column
    }
    if word >= ValueKind.firstShapeWord {
      try compileObject(slot: slot, word: word, depth: depth, &literal, program, room: room)
      return
    }
    switch ValueKind(rawValue: UInt8(word)) {
    case .null: literal += Array("null".utf8)
    case .false: literal += Array("false".utf8)
    case .true: literal += Array("true".utf8)
    case .emptyObject: literal += Array("{}".utf8)
    case .emptyArray: literal += Array("[]".utf8)
    case .string:
      literal.append(UInt8(ascii: "\""))
      act(.string, try column(.string))
      literal.append(UInt8(ascii: "\""))
    case .integer: act(.integer, try column(.integer))
    case .number: act(.number, try column(.number))
    case .array:
      guard let element = catalogue.elementSlot(of: slot) else { break }
      act(.array, element, depth: depth)
    case .object: act(.object, slot, depth: depth)
    case nil: break
    }
  }

  private func compileObject(
    slot: Int, word: UInt32, depth: Int, _ literal: inout [UInt8], _ program: Program, room: Int
  ) throws {
    let index = Int(word - ValueKind.firstShapeWord)
    guard index < catalogue.shapes[slot].count else {
      throw CairnError.damaged(file: file, offset: 0, cause: "shape \(index) is not in the catalogue")
    }
    let entries = catalogue.shapes[slot][index].entries
    let inside = layout.depthInside(array: false, at: depth)
    literal.append(UInt8(ascii: "{"))
    for (position, entry) in entries.enumerated() {
      if position > 0 {
        literal.append(UInt8(ascii: ","))
        if !layout.objectsMultiline { literal += layout.afterComma }
      }
      // The program is compiled to be printed: it has no more literals than there is room.
      let left = room - program.literals.count - literal.count
      if layout.objectsMultiline { literal += lineText[..<(try lineStartByteCount(inside, room: left))] }
      guard catalogue.slots[entry.slot].name.count <= left else { throw tooLong() }
      literal.append(UInt8(ascii: "\""))
      literal += catalogue.slots[entry.slot].name
      literal.append(UInt8(ascii: "\""))
      literal += layout.beforeColon
      literal.append(UInt8(ascii: ":"))
      literal += layout.afterColon
      try compile(slot: entry.slot, word: entry.word, depth: inside, &literal, program, room: room)
    }
    if layout.objectsMultiline, !entries.isEmpty {
      let left = room - program.literals.count - literal.count
      literal += lineText[..<(try lineStartByteCount(depth, room: left))]
    }
    literal.append(UInt8(ascii: "}"))
  }

  private func appendDecimal(_ value: Int64, to output: inout RawVector<UInt8>) {
    if value < 0 { output.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    var digits: (UInt64, UInt64, UInt32) = (0, 0, 0)
    withUnsafeMutableBytes(of: &digits) { buffer in
      var at = buffer.count
      repeat {
        at -= 1
        buffer[at] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
        rest /= 10
      } while rest > 0
      for index in at..<buffer.count { output.append(buffer[index]) }
    }
  }
}

/// Compiled shapes of a segment in the compact layout, where depth does not matter; safe to use from several threads.
package final class RecordPrograms: Sendable {
  private struct Key: Hashable {
    let slot: Int
    let word: UInt32
  }

  /// Memory for programs, of a segment and of each printer.
  static let byteLimit = 64 << 20

  private let lock = Lock()
  private nonisolated(unsafe) var programs: [Key: RecordPrinter.Program] = [:]
  private nonisolated(unsafe) var byteCount = 0

  fileprivate func program(
    slot: Int, word: UInt32, _ make: () throws -> RecordPrinter.Program
  ) rethrows -> RecordPrinter.Program {
    let key = Key(slot: slot, word: word)
    return try lock.withLock {
      if let known = programs[key] { return known }
      let made = try make()
      if byteCount + made.byteCount <= Self.byteLimit {
        programs[key] = made
        byteCount += made.byteCount
      }
      return made
    }
  }
}
