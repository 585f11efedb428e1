/// The layout that each row's first source object has: what its original bytes are printed in.
package struct RowLayouts {
  private let layouts: [Layout]
  /// Layout number by row; empty where all rows have the first layout.
  private var numbers: [UInt32] = []

  /// Reads the provenance only where the segment's objects differ in layout.
  package init(_ reader: SegmentReader) throws {
    let envelopes = try reader.envelopes()
    var distinct: [Layout] = []
    var numberOfLayout: [Layout: UInt32] = [:]
    for envelope in envelopes where numberOfLayout[envelope.layout] == nil {
      numberOfLayout[envelope.layout] = UInt32(truncatingIfNeeded: distinct.count)
      distinct.append(envelope.layout)
    }
    layouts = distinct.isEmpty ? [.compact] : distinct
    if distinct.count <= 1 { return }
    let numberOfEnvelope = envelopes.map { numberOfLayout[$0.layout] ?? 0 }
    numbers = Array(repeating: .max, count: reader.footer.rowCount)
    for block in reader.footer.objectBlocks.indices {
      for object in try reader.objects(block: block) {
        for row in object.rows where numbers[Int(row)] == .max {
          numbers[Int(row)] = numberOfEnvelope[object.envelope]
        }
      }
    }
  }

  package func layout(ofRow row: Int) -> Layout {
    numbers.isEmpty ? layouts[0] : layouts[min(Int(numbers[row]), layouts.count - 1)]
  }
}
