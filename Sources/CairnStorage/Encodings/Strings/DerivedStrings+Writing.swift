/// A column whose values derived ones are made of, in one row group.
package struct DerivedParent {
  /// Keeps what `values` points to.
  private let table: StringTable
  fileprivate let values: Values

  /// Without a reference to count: for loops over all values.
  fileprivate struct Values: BitwiseCopyable {
    let heap: RawVector<UInt8>
    let ends: RawVector<UInt64>
    /// By value: its entry in the table; nil where value `i` is entry `i`.
    let entries: UnsafeBufferPointer<UInt32>?
    /// Ascending: the row of each value, of which a row has one at most.
    let rows: UnsafeBufferPointer<UInt32>
    /// Where the row's value is, or the first of a later row.
    var cursor = 0

    /// The value at the cursor, where it is of the row.
    @inline(__always)
    func value(of row: UInt32) -> UnsafeBufferPointer<UInt8>? {
      guard cursor < rows.count, rows[cursor] == row else { return nil }
      let entry = entries.map { Int($0[cursor]) } ?? cursor
      let start = entry == 0 ? 0 : Int(ends[entry &- 1])
      return UnsafeBufferPointer(start: heap.base + start, count: Int(ends[entry]) &- start)
    }
  }

  /// The table may not change any more.
  package init(
    _ table: StringTable, entries: UnsafeBufferPointer<UInt32>?, rows: UnsafeBufferPointer<UInt32>
  ) {
    self.table = table
    values = Values(heap: table.heap, ends: table.ends, entries: entries, rows: rows)
  }
}

extension DerivedStrings {
  /// A chunk of which more bytes of text would be made is stored in another way.
  private static let writtenTextByteLimit = textByteLimit / 2
  /// What values have for themselves is listed where there are so many, and each text is there so often on average.
  private static let minimumListCount = 8
  private static let minimumMeanRepeats = 3

  /// False, and nothing written, where hardly any value follows from others.
  ///
  /// - Parameter rows: of the values, ascending.
  package static func encode<Source: StringSource>(
    _ source: Source, rows: UnsafeBufferPointer<UInt32>, _ forms: [DerivedForm], _ parents: [DerivedParent],
    _ compressor: ZstdCompressor, into writer: inout ByteWriter
  ) -> Bool {
    var chunk = Chunk(forms, parents)
    defer {
      chunk.free()
      withExtendedLifetime(parents) {}
    }
    for index in 0..<source.count {
      guard chunk.add(source, index, row: rows[index]), chunk.textByteCount <= writtenTextByteLimit else {
        return false
      }
    }
    guard chunk.rest.count * 4 <= source.count * 3, chunk.positionCount <= positionLimit else { return false }
    chunk.encode(compressor, into: &writer)
    return true
  }

  /// Values that have been told from their parents' so far.
  private struct Chunk {
    private let forms: [DerivedForm]
    private var parents = RawVector<DerivedParent.Values>()
    private var numbers: [Int64] = []
    /// By form, then part: gaps between the parent's values that are used, and the last one.
    private var gaps: [[[Int64]]]
    private var last: [[Int]]
    private let own: [StringTable]
    let rest = StringTable()
    private(set) var textByteCount = 0
    private(set) var positionCount = 0
    private var decoded = RawVector<UInt8>(capacity: 256)
    private let readsBase64: Bool

    init(_ forms: [DerivedForm], _ parents: [DerivedParent]) {
      self.forms = forms
      for parent in parents { self.parents.append(parent.values) }
      gaps = forms.map { $0.parts.map { _ in [] } }
      last = forms.map { $0.parts.map { _ in -1 } }
      own = forms.map { _ in StringTable() }
      readsBase64 = forms.contains { $0.spelling == .base64 }
    }

    mutating func free() {
      decoded.free()
      parents.free()
    }

    /// False where rows do not ascend.
    mutating func add<Source: StringSource>(_ source: Source, _ index: Int, row: UInt32) -> Bool {
      let text = source.value(index)
      textByteCount += text.count
      for number in 0..<parents.count {
        let rows = parents[number].rows
        var cursor = parents[number].cursor
        if cursor > 0, rows[cursor - 1] >= row { return false }
        while cursor < rows.count, rows[cursor] < row { cursor += 1 }
        parents.base[number].cursor = cursor
      }
      if source.style(index) == .plain, let (number, own) = form(of: text, row) {
        note(number, own)
        return true
      }
      numbers.append(Int64(forms.count))
      rest.append(text, style: source.style(index), spelling: source.spelling(index))
      return true
    }

    /// The first form that makes the text, and what of it is its own.
    private mutating func form(
      of text: UnsafeBufferPointer<UInt8>, _ row: UInt32
    ) -> (number: Int, own: UnsafeBufferPointer<UInt8>)? {
      let isBase64 = readsBase64 && CanonicalBase64.decode(text, into: &decoded)
      let (parents, decoded) = (parents, decoded.buffer)
      return forms.withUnsafeBufferPointer { forms in
        for number in forms.indices {
          let isSpelled = forms[number].spelling == .base64
          if isSpelled, !isBase64 { continue }
          let made = isSpelled ? decoded : text
          let own = forms[number].own(in: made) { parents[$0].value(of: row) }
          if let own { return (number, UnsafeBufferPointer(rebasing: made[own])) }
        }
        return nil
      }
    }

    private mutating func note(_ number: Int, _ bytes: UnsafeBufferPointer<UInt8>) {
      numbers.append(Int64(number))
      for (at, part) in forms[number].parts.enumerated() {
        switch part.source {
        case .text: break
        case .own: own[number].append(bytes)
        case .value, .tail, .head:
          let cursor = parents[part.parent].cursor
          gaps[number][at].append(Int64(cursor - last[number][at]))
          last[number][at] = cursor
          positionCount += 1
        }
      }
    }

    /// Texts as they are, or each once where they repeat.
    private static func encodedOwn(_ texts: StringTable) -> [UInt8] {
      var body = ByteWriter()
      if let (list, numbers) = repeated(texts) {
        body.writeByte(listMark)
        body.writeVarint(list.count)
        IntegerEncoding.encodePlanes(numbers, into: &body)
        PlainStrings.encode(list, into: &body)
      } else {
        PlainStrings.encode(texts, into: &body)
      }
      return body.bytes
    }

    /// The distinct texts as they come first, and which each is; nil where most are distinct.
    private static func repeated(_ texts: StringTable) -> (list: StringTable, numbers: [Int64])? {
      guard texts.count >= minimumListCount else { return nil }
      let list = StringTable()
      var known: [[UInt8]: Int64] = [:]
      var numbers: [Int64] = []
      numbers.reserveCapacity(texts.count)
      for index in 0..<texts.count {
        let text = Array(texts[index])
        let number = known[text] ?? Int64(list.count)
        if number == list.count {
          guard list.count * minimumMeanRepeats < texts.count else { return nil }
          known[text] = number
          list.append(texts[index])
        }
        numbers.append(number)
      }
      return (list, numbers)
    }

    func encode(_ compressor: ZstdCompressor, into writer: inout ByteWriter) {
      // Forms that no value has are left out.
      var isUsed = [Bool](repeating: false, count: forms.count + 1)
      for number in numbers { isUsed[Int(number)] = true }
      let used = forms.indices.filter { isUsed[$0] }
      var renumbered = [Int64](repeating: Int64(used.count), count: forms.count + 1)
      for (new, old) in used.enumerated() { renumbered[old] = Int64(new) }
      writer.writeByte(StringEncoding.derived.rawValue)
      writer.writeVarint(used.count)
      for number in used { forms[number].encode(into: &writer) }
      IntegerEncoding.encode(numbers.map { renumbered[Int($0)] }, into: &writer)
      for number in used {
        for (at, part) in forms[number].parts.enumerated() {
          switch part.source {
          case .text: break
          case .value, .tail, .head: IntegerEncoding.encode(gaps[number][at], into: &writer)
          case .own: writer.writeCounted(Self.encodedOwn(own[number]))
          }
        }
      }
      if rest.count == 0 || TokenStrings.encode(rest, compressor, into: &writer) != nil { return }
      writer.writeByte(StringEncoding.plain.rawValue)
      PlainStrings.encode(rest, into: &writer)
    }
  }
}
