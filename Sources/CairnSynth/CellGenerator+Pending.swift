extension CellGenerator {
  /// Puts the waiting records that fit into the object that is being made.
  mutating func takePending(account: Int, region: Int, closing: Int, _ out: inout ByteBuffer) {
    guard !pending.isEmpty else { return }
    var kept = [PendingRecord]()
    for record in pending {
      if record.account == account, record.region == region, record.due <= closing {
        appendRecord(record.bytes, &out)
      } else {
        kept.append(record)
      }
    }
    pending = kept
  }

  /// Writes objects of their own for the records that found none in time.
  mutating func flush(before limit: Int, _ out: inout ByteBuffer) throws(SynthError) {
    while let first = pending.first(where: { $0.due < limit }) {
      begin(&out)
      let closing = first.due + 300
      takePending(account: first.account, region: first.region, closing: closing, &out)
      try finish(account: first.account, region: first.region, closing: closing, &out)
    }
  }

  private mutating func appendRecord(_ bytes: [UInt8], _ out: inout ByteBuffer) {
    if recordsInObject > 0 { out.append(0x2C) }
    out.append(bytes)
    recordsInObject += 1
  }
}
