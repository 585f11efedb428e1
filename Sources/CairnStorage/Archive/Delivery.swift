/// An object as it was delivered: a file, a stream, or a member of a container.
struct Delivery {
  /// The source's file, and how it was read.
  let file: SourceFile
  let source: SourceReader.Delivered
  /// Bytes of the file as it was read.
  let fileByteCount: Int
  var key: [UInt8]
  var bytes: PaddedBuffer
  /// Containers that it is in.
  var depth = 0

  /// Whether the last part of its name is one that people give to logs of CloudTrail.
  var isNamedLikeLog: Bool {
    let name = String(decoding: key.split(separator: UInt8(ascii: "/")).last ?? [], as: UTF8.self)
      .lowercased()
    return ["json", "cloudtrail"].contains { name.contains($0) }
  }

  /// Hides nothing: for a file that a container is.
  func member(_ name: [UInt8], _ bytes: PaddedBuffer) -> Delivery {
    var member = self
    member.key = key + [ObjectName.memberMark] + name
    (member.bytes, member.depth) = (bytes, depth + 1)
    return member
  }
}
