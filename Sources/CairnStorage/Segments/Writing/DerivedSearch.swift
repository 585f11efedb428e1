import Glibc

/// Finds columns whose values are put together from values of other columns in the same rows.
///
/// Of each column some values are looked at: which values of their rows stand in them, and what stands between these.
/// What that gives is tried on the first values of the row group, and taken where it is clearly smaller.
package struct DerivedSearch {
  /// Values of a row group, in a column that is derived or derived from.
  package static let minimumCount = 32
  /// Fewer bytes of text in the row group, or a smaller share of all its text, are not worth looking at.
  private static let minimumTextByteCount = 2048
  private static let minimumTextShare = 0.0005
  /// Distinct values of a column with a dictionary, at least: codes of values that repeat are small, and asked for.
  package static let minimumDistinctShare = 0.2
  /// Where there are this many, they may be fewer, if all of a value follows from others and no more than this share of
  /// what their codes take is left.
  package static let minimumDistinctCount = 1024
  package static let repeatedTrialShare = 0.65
  /// Values that are looked at, and of these the ones by which other columns are chosen.
  private static let sampleCount = 256
  private static let screenCount = 48
  /// Other columns stand in at least this share of these.
  private static let screenShare = 0.06
  /// Of columns with so much of all text, more values are looked at, since fewer of them are worth a form.
  private static let largeTextShare = 0.02
  private static let largeSampleCount = 768
  private static let largeScreenShare = 0.01
  /// A value of so many bytes found in another is no accident.
  private static let minimumValueByteCount = 4
  /// Values that what was found is tried on, and the share of their size otherwise that they may take.
  package static let trialCount = 4096
  package static let trialShare = 0.8
  private static let formLimit = 12

  typealias Found = DerivedPlan.Column

  /// By merged column.
  private(set) var found: [Int: Found] = [:]
  private let plan: TranspositionPlan
  private let group: RowGroupColumns
  /// By column: the row of each value.
  private let owners: RowGroupColumns
  /// Columns of strings with values enough, and those of them of which no row has two values.
  private let leaves: [Int]
  private let single: [Int]
  private var isParent: [Bool]
  private var tables: [Int: StringTable] = [:]

  init(_ plan: TranspositionPlan, _ group: RowGroupColumns, _ rows: ValueRows) {
    (self.plan, self.group, owners) = (plan, group, rows.sampled)
    func isLeaf(_ column: Int) -> Bool {
      plan.catalogue.columns[column].kind == .string && plan.mergers.indices ~= column
        && plan.mergers[column] != nil && rows.sampled[column].count > 0
    }
    leaves = plan.catalogue.columns.indices.filter(isLeaf)
    single = rows.single.filter(isLeaf)
    isParent = plan.catalogue.columns.map { _ in false }
  }

  mutating func run() {
    let eventTime = plan.catalogue.slotMaps.first.map { $0[Int(ShapeAutomaton.eventTimeSlot)] }
    let sizes = Dictionary(uniqueKeysWithValues: leaves.map { ($0, textByteCount($0)) })
    let total = Double(sizes.values.reduce(0, +))
    let least = max(Self.minimumTextByteCount, Int(total * Self.minimumTextShare))
    // Small ones first: what large ones are made of is then rather a part than another whole.
    let children = leaves.filter {
      sizes[$0] ?? 0 >= least && plan.catalogue.columns[$0].slot != eventTime && mayBeDerived($0)
    }.sorted { (sizes[$0] ?? 0, $0) < (sizes[$1] ?? 0, $1) }
    for child in children where !isParent[child] {
      let isLarge = Double(sizes[child] ?? 0) > Self.largeTextShare * total
      guard var item = forms(of: child, isLarge: isLarge) else { continue }
      let isRepeated = distinctShare(child) < Self.minimumDistinctShare
      if isRepeated { item.forms.removeAll { $0.hasOwn } }
      guard !item.forms.isEmpty, isSmaller(child, item, isRepeated: isRepeated) else { continue }
      found[child] = item
      for parent in item.parents { isParent[parent] = true }
    }
  }

  /// Bytes of the column's values, guessed from some.
  private func textByteCount(_ column: Int) -> Int {
    let ids = group[column]
    var (total, count) = (0, 0)
    for index in stride(from: 0, to: ids.count, by: max(1, ids.count / Self.screenCount)) {
      total += text(column, index)?.count ?? 0
      count += 1
    }
    return total * ids.count / max(1, count)
  }

  private func mayBeDerived(_ column: Int) -> Bool {
    guard let first = text(column, 0), let base = first.baseAddress,
      EventTime.canonicalSeconds(base, first.count) == nil
    else { return false }
    guard case .dictionary(let table)? = plan.mergers[column]?.form else { return true }
    return table.count >= Self.minimumDistinctCount || distinctShare(column) >= Self.minimumDistinctShare
  }

  /// Of the values of a column with a dictionary; of another one 1.
  private func distinctShare(_ column: Int) -> Double {
    guard case .dictionary(let table)? = plan.mergers[column]?.form else { return 1 }
    let values = plan.mergers[column]?.sources.reduce(0) { $0 + $1.interner.valueCount } ?? 0
    return Double(table.count) / Double(max(1, values))
  }

  private func text(_ column: Int, _ index: Int) -> UnsafeBufferPointer<UInt8>? {
    plan.mergers[column]?.plainText(group[column][index])
  }

  /// A column's value in a row.
  private func text(_ column: Int, row: UInt32) -> UnsafeBufferPointer<UInt8>? {
    let rows = owners[column]
    let index = rows.partitioningIndex { $0 >= row }
    return index < rows.count && rows[index] == row ? text(column, index) : nil
  }

  // MARK: Samples

  /// A value that is looked at.
  private struct Sample {
    var row: UInt32
    var text: [UInt8]
    /// Where values of other columns stand in it; not all have room beside each other.
    var places: [Place] = []
  }

  private typealias Place = (range: Range<Int>, part: DerivedForm.Part)

  private func samples(_ child: Int, _ wanted: Int) -> (spelling: DerivedSpelling, samples: [Sample]) {
    let count = group[child].count
    var samples: [Sample] = []
    for index in stride(from: 0, to: count, by: max(1, count / wanted)) {
      guard let text = text(child, index) else { continue }
      samples.append(Sample(row: owners[child][index], text: Array(text)))
    }
    let decoded = samples.compactMap { sample in
      Self.decodedBase64(sample.text).map { Sample(row: sample.row, text: $0) }
    }
    return decoded.count * 4 > samples.count * 3 ? (.base64, decoded) : (.plain, samples)
  }

  /// What base64 of a text decodes to, where that is text.
  private static func decodedBase64(_ text: [UInt8]) -> [UInt8]? {
    guard text.count >= 16 else { return nil }
    var output = RawVector<UInt8>(capacity: text.count)
    defer { output.free() }
    guard text.withUnsafeBufferPointer({ CanonicalBase64.decode($0, into: &output) }),
      output.buffer.allSatisfy({ 0x20..<0x7F ~= $0 })
    else { return nil }
    return Array(output.buffer)
  }

  /// Where a column's value of the sample's row stands in it, or what of that is behind its last `/`; or that both are
  /// alike up to their first `.`.
  private func place(_ column: Int, in sample: Sample) -> Place? {
    guard let value = text(column, row: sample.row), value.count >= Self.minimumValueByteCount else {
      return nil
    }
    return sample.text.withUnsafeBufferPointer { text in
      func find(_ piece: UnsafeBufferPointer<UInt8>, _ source: DerivedPart) -> Place? {
        guard piece.count >= Self.minimumValueByteCount, let start = Self.find(piece, in: text) else {
          return nil
        }
        return (start..<(start + piece.count), DerivedForm.Part(source, of: column))
      }
      if let whole = find(value, .value) { return whole }
      // What is a part of something longer is not put together from it: rather the other way round.
      if value.count >= text.count { return nil }
      let tail = DerivedForm.tail(of: value)
      if tail.count < value.count, let found = find(tail, .tail) { return found }
      let head = DerivedForm.head(of: value)
      return !head.isEmpty && head.count < value.count && head.count < text.count
        && text[head.count] == value[head.count]
        && text.starts(with: head) ? (0..<head.count, DerivedForm.Part(.head, of: column)) : nil
    }
  }

  /// As `ByteFinder`, for texts that are looked for once each.
  private static func find(_ piece: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Int? {
    guard piece.count <= text.count, let base = text.baseAddress, let wanted = piece.baseAddress else {
      return nil
    }
    var at = 0
    let end = text.count - piece.count
    while at <= end, let next = memchr(base + at, Int32(piece[0]), end - at + 1) {
      at = next.assumingMemoryBound(to: UInt8.self) - UnsafeMutablePointer(mutating: base)
      if memcmp(base + at, wanted, piece.count) == 0 { return at }
      at += 1
    }
    return nil
  }

  // MARK: Forms

  private func forms(of child: Int, isLarge: Bool) -> Found? {
    var (spelling, samples) = samples(child, isLarge ? Self.largeSampleCount : Self.sampleCount)
    guard samples.count >= Self.minimumCount / 2 else { return nil }
    let step = isLarge ? 1 : max(1, samples.count / Self.screenCount)
    let least = Double(samples.count / step) * (isLarge ? Self.largeScreenShare : Self.screenShare)
    let candidates = single.filter {
      $0 != child && found[$0] == nil
        && Double(owners[$0].count * samples.count) >= least * Double(group[child].count)
    }
    let screened = candidates.filter { column in
      var hits = 0.0
      for index in stride(from: 0, to: samples.count, by: step) where place(column, in: samples[index]) != nil
      {
        hits += 1
        if hits >= least { return true }
      }
      return false
    }
    if screened.isEmpty { return nil }
    var hits = [Int: Int]()
    for index in samples.indices {
      samples[index].places = screened.compactMap { place($0, in: samples[index]) }
      for place in samples[index].places { hits[place.part.parent, default: 0] += 1 }
    }
    let rank = Dictionary(
      uniqueKeysWithValues: screened.sorted {
        // Those that stand in most values; of these the ones with the least of others between.
        (-(hits[$0] ?? 0), owners[$0].count, $0) < (-(hits[$1] ?? 0), owners[$1].count, $1)
      }.enumerated().map { ($1, $0) })
    let tilings = samples.map { Tiling($0.text, $0.places, rank) }
    let parts = DerivedForms(tilings, limit: Self.formLimit).forms
    return numbered(parts.map { DerivedForm(spelling, $0) })
  }

  /// Forms of a column's own list of parents, in place of merged columns.
  private func numbered(_ forms: [DerivedForm]) -> Found? {
    var parents: [Int] = []
    var numbered: [DerivedForm] = []
    for form in forms {
      var (parts, all) = (form.parts, parents)
      for at in parts.indices where parts[at].source.isOfParent {
        let place = all.firstIndex(of: parts[at].parent)
        if place == nil { all.append(parts[at].parent) }
        parts[at].parent = place ?? all.count - 1
      }
      guard all.count <= DerivedStrings.parentLimit else { continue }
      parents = all
      numbered.append(DerivedForm(form.spelling, parts))
    }
    return numbered.isEmpty ? nil : Found(forms: numbered, parents: parents)
  }

  // MARK: Trial

  /// Whether the first values take clearly less as derived ones.
  ///
  /// - Parameter isRepeated: whether the values are few.
  private mutating func isSmaller(_ child: Int, _ item: Found, isRepeated: Bool) -> Bool {
    guard let merger = plan.mergers[child] else { return false }
    let compressor = ZstdCompressor()
    let count = min(Self.trialCount, group[child].count)
    let ids = UnsafeBufferPointer(rebasing: group[child][..<count])
    let (table, entries) = merger.strings(ids)
    let source = IndirectStrings(table: table, ids: entries)
    let parents = item.parents.map { parent in
      var values: StringTable
      var ids: UnsafeBufferPointer<UInt32>?
      if case .dictionary(let table)? = plan.mergers[parent]?.form {
        (values, ids) = (table, group[parent])
      } else {
        values =
          tables[parent] ?? plan.mergers[parent]?.plainSource(group[parent], isString: true) ?? StringTable()
        tables[parent] = values
      }
      return DerivedParent(values, entries: ids, rows: owners[parent])
    }
    var derived = ByteWriter()
    guard
      DerivedStrings.encode(
        source, rows: UnsafeBufferPointer(rebasing: owners[child][..<count]), item.forms, parents, compressor,
        into: &derived)
    else { return false }
    func size(_ bytes: [UInt8]) -> Int {
      BlockBody.make(bytes, compressor, .trial(compressor)).storedByteCount
    }
    var other = ByteWriter()
    if TokenStrings.encode(source, compressor, into: &other) == nil {
      PlainStrings.encode(source, into: &other)
    }
    var usual = size(other.bytes)
    if case .dictionary(let table) = merger.form {
      // As codes of entries, of which other values may make use too.
      var coded = ByteWriter()
      let list = WordEncoding.encodeCodes(ids, into: &coded)
      var entries = ByteWriter()
      list.withUnsafeBufferPointer {
        PlainStrings.encode(IndirectStrings(table: table, ids: $0), into: &entries)
      }
      if isRepeated {
        return Double(size(derived.bytes)) < Self.repeatedTrialShare * Double(size(coded.bytes))
      }
      usual = min(usual, size(coded.bytes) + size(entries.bytes))
    }
    return Double(size(derived.bytes)) < Self.trialShare * Double(usual) - 32
  }
}
