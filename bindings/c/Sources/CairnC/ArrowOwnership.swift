import CCairn

/// What an array that has been handed out owns, freed with the last reference to it.
final class ArrayOwnership {
  private var memory: [UnsafeMutableRawPointer] = []
  private let buffers: UnsafeMutablePointer<UnsafeRawPointer?>
  private let bufferCount: Int
  private var children: UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>?
  private var childCount = 0
  private var dictionary: UnsafeMutablePointer<ArrowArray>?
  /// Whose memory buffers are in.
  private var keepsAlive: Any?

  init(bufferCount: Int) {
    self.bufferCount = bufferCount
    buffers = .allocate(capacity: max(1, bufferCount))
    buffers.initialize(repeating: nil, count: max(1, bufferCount))
  }

  deinit {
    for memory in memory { memory.deallocate() }
    buffers.deallocate()
    for index in 0..<childCount { Self.release(children?[index]) }
    children?.deallocate()
    Self.release(dictionary)
  }

  /// A child that its owner has moved away has no callback any more.
  private static func release(_ array: UnsafeMutablePointer<ArrowArray>?) {
    guard let array else { return }
    array.pointee.release?(array)
    array.deallocate()
  }

  /// Memory for a buffer, with room behind it for loops that write whole words.
  func allocate(_ index: Int, byteCount: Int) -> UnsafeMutableRawPointer {
    let pointer = UnsafeMutableRawPointer.allocate(byteCount: byteCount + Self.spareByteCount, alignment: 64)
    memory.append(pointer)
    buffers[index] = UnsafeRawPointer(pointer)
    return pointer
  }

  static let spareByteCount = 64

  /// A buffer in another one's memory.
  func borrow(_ index: Int, _ pointer: UnsafeRawPointer, from owner: Any) {
    buffers[index] = pointer
    keepsAlive = owner
  }

  func adopt(dictionary array: ArrowArray) {
    let pointer = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
    pointer.initialize(to: array)
    dictionary = pointer
  }

  func adopt(children arrays: [ArrowArray]) {
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<ArrowArray>?>.allocate(
      capacity: max(1, arrays.count))
    for (index, array) in arrays.enumerated() {
      let pointer = UnsafeMutablePointer<ArrowArray>.allocate(capacity: 1)
      pointer.initialize(to: array)
      pointers[index] = pointer
    }
    children = pointers
    childCount = arrays.count
  }

  /// The array, which owns this object.
  func array(length: Int, nullCount: Int) -> ArrowArray {
    LiveCount.add(1)
    return ArrowArray(
      length: Int64(length), null_count: Int64(nullCount), offset: 0, n_buffers: Int64(bufferCount),
      n_children: Int64(childCount), buffers: buffers, children: children, dictionary: dictionary,
      release: { array in
        guard let array, let data = array.pointee.private_data else { return }
        array.pointee.release = nil
        array.pointee.private_data = nil
        LiveCount.add(-1)
        Unmanaged<ArrayOwnership>.fromOpaque(data).release()
      }, private_data: Unmanaged.passRetained(self).toOpaque())
  }
}

/// A batch as one array of rows, until it is handed out.
final class EncodedBatch: @unchecked Sendable {
  private var array: ArrowArray

  init(_ array: ArrowArray) { self.array = array }

  deinit { if array.release != nil { array.release(&array) } }

  func move(to target: UnsafeMutablePointer<ArrowArray>) {
    target.pointee = array
    array.release = nil
  }
}
