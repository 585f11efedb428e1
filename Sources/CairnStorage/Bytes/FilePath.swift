import Glibc

/// A path as the system has it: bytes, which need not be text. Names of files that users made go through this;
/// names that Cairn makes are strings.
package struct FilePath: Hashable, Sendable {
  package var bytes: [UInt8]

  package init(_ bytes: [UInt8]) { self.bytes = bytes }
  package init(_ text: String) { bytes = Array(text.utf8) }
  package init(cString text: UnsafePointer<CChar>) {
    bytes = UnsafeBufferPointer(start: text, count: strlen(text)).map { UInt8(bitPattern: $0) }
  }

  /// As people see it.
  package var shown: String { shownName(bytes) }

  /// The path of an entry of this directory.
  package func appending(_ name: [UInt8]) -> FilePath {
    FilePath(Self.joined(bytes, name, hasSlash: bytes.last == UInt8(ascii: "/")))
  }

  /// Both with a slash between them, in no more memory than that takes: of a million paths each is held.
  package static func joined(_ directory: [UInt8], _ name: [UInt8], hasSlash: Bool = false) -> [UInt8] {
    var joined: [UInt8] = []
    joined.reserveCapacity(directory.count + (hasSlash ? 0 : 1) + name.count)
    joined += directory
    if !hasSlash { joined.append(UInt8(ascii: "/")) }
    joined += name
    return joined
  }

  /// Calls `body` with the path as C has it.
  package func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try (bytes + [0]).withUnsafeBufferPointer { buffer in
      try buffer.withMemoryRebound(to: CChar.self) { text in
        guard let start = text.baseAddress else {
          preconditionFailure("an array with a zero in it is not empty")
        }
        return try body(start)
      }
    }
  }

  /// From the root, links followed; nil where the system does not say.
  package var absolute: [UInt8]? {
    withCString { text in
      guard let result = realpath(text, nil) else { return nil }
      defer { free(result) }
      return FilePath(cString: result).bytes
    }
  }

  /// What the system knows of it, links followed; nil, and the reason in `errno`, where that cannot be told.
  package func status() -> FileStatus? {
    var status = stat()
    return withCString { text in uninterrupted { stat(text, &status) } } == 0 ? FileStatus(status) : nil
  }
}

extension File {
  /// Opens a file that was found among the sources. A pipe that took its place since does not block.
  package static func openForReading(_ path: FilePath, flags: Int32 = 0) throws -> File {
    let descriptor = path.withCString { text in
      uninterrupted { Glibc.open(text, O_RDONLY | O_CLOEXEC | flags) }
    }
    guard descriptor >= 0 else { throw CairnError.io(path: path.shown, action: "open", errno: errno) }
    return File(path, descriptor: descriptor)
  }
}

extension Directory {
  /// What a directory has under a name.
  package struct Entry: Sendable {
    package var name: [UInt8]
    /// Whether the directory itself says that it is a file; that it does not say so tells nothing.
    package var isFile: Bool
  }

  /// Names in a directory of the user's, sorted by bytes, without `.` and `..`; `failure` is what ended the list
  /// early, as an errno.
  package static func entries(_ path: FilePath) throws -> (entries: [Entry], failure: Int32?) {
    var opened = path.withCString { opendir($0) }
    while opened == nil, errno == EINTR { opened = path.withCString { opendir($0) } }
    guard let stream = opened else {
      throw CairnError.io(path: path.shown, action: "read directory", errno: errno)
    }
    defer { closedir(stream) }
    var entries: [Entry] = []
    var failure: Int32?
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        if errno == EINTR { continue }
        if errno != 0 { failure = errno }
        break
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if name != [0x2E] && name != [0x2E, 0x2E] {
        entries.append(Entry(name: name, isFile: entry.pointee.d_type == UInt8(DT_REG)))
      }
    }
    return (entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }, failure)
  }
}
