/// A file of files: zip or tar. Its members are objects of their own.
enum Container {
  case zip(ZipContainer)
  case tar(TarContainer)

  /// Nil where the bytes are none, or are damaged where they say what is in them.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    if let zip = ZipContainer(bytes) {
      self = .zip(zip)
    } else if let tar = TarContainer(bytes) {
      self = .tar(tar)
    } else {
      return nil
    }
  }

  /// A member that is a file.
  struct Member {
    /// Without parts that lead elsewhere.
    var name: [UInt8]
    /// Its bytes in the container.
    var range: Range<Int>
    /// Compressed with deflate; nil for one that is stored.
    var inflatedByteCount: Int?
    /// Of its bytes, inflated; nil where the container does not tell.
    var checksum: UInt32?
    /// Why it cannot be read.
    var fault: String?
  }

  /// Containers in containers that are opened.
  static let depthLimit = 3
  /// A container with more members is none.
  static let memberLimit = 1 << 22

  /// Calls `take` with each member, in order. Gives what keeps the rest from being read.
  func visit(_ take: (Member) throws -> Void) rethrows -> String? {
    switch self {
    case .zip(let zip): return try zip.visit(take)
    case .tar(let tar): return try tar.visit(take)
    }
  }

  static func name(_ bytes: some Collection<UInt8>) -> [UInt8] {
    Array(SourceKey.parts(ofPath: Array(bytes)).joined(separator: [UInt8(ascii: "/")]))
  }
}
