/// What is read of an object that is no JSON: its text in UTF-8, what a second stream holds, the rows of its table.
///
/// The object itself is kept as it is beside what is read (`Quoting.silent`).
struct ObjectView {
  private let inflater: Inflater
  private let byteLimit: Int
  private let wrapping: Wrapping?
  private var spare: PaddedBuffer
  private var made: PaddedBuffer

  /// Views of views that are made at most.
  static let depthLimit = 4

  init(byteLimit: Int, wrapping: Wrapping?, makeBuffer: () -> PaddedBuffer) {
    inflater = Inflater()
    self.byteLimit = byteLimit
    self.wrapping = wrapping
    (spare, made) = (makeBuffer(), makeBuffer())
  }

  /// The text of JSON that `bytes` stand for, with records in it, and what they are wrapped in; nil where there is
  /// none, or nothing has to be made of them. Valid until the next call.
  mutating func make(
    of bytes: UnsafeBufferPointer<UInt8>, isInflated: Bool
  ) throws -> (text: PaddedBuffer, wrapping: Wrapping)? {
    if wrapping == Wrapping.none { return nil }
    var first: Wrapping?
    var current = bytes
    for depth in 0..<Self.depthLimit {
      made.seal(0)
      if hasRecords(current), depth > 0 || !SubscriptionData(current).isStreamEvent { break }
      guard let step = try step(current, isInflated: isInflated || depth > 0) else { break }
      first = first ?? step
      current = made.bytes
      swap(&spare, &made)
    }
    guard let first, hasRecords(current) else { return nil }
    return (spare, first)
  }

  /// Most objects do, and show it where they begin.
  private func hasRecords(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    if case .documents = ObjectRecognizer.form(of: bytes, wrapping: wrapping) { return true }
    return false
  }

  func shrink(above byteCount: Int) {
    spare.shrink(above: byteCount)
    made.shrink(above: byteCount)
  }

  /// Fills `made`; nil where the bytes are read as they are.
  private func step(_ bytes: UnsafeBufferPointer<UInt8>, isInflated: Bool) throws -> Wrapping? {
    if isInflated, Inflater.compression(of: bytes) != .none {
      return try inflater.inflate(bytes, into: made, limit: byteLimit) == nil ? .compressed : nil
    }
    if let order = WideText.order(of: bytes) {
      return try WideText(bytes, order).write(to: made, limit: byteLimit) ? .utf16 : nil
    }
    if try SubscriptionData(bytes).write(to: made, inflater, limit: byteLimit) { return .subscription }
    if try RecordTable(bytes)?.write(to: made, limit: byteLimit) == true { return .csv }
    return nil
  }
}
