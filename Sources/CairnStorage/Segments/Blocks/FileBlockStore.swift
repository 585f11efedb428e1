import Glibc

/// A stored file. Its descriptor may be closed between reads, so that any number of files can be in use; it is opened
/// again when it is read, and must then be the same file.
package final class FileBlockStore: BlockStore {
  package let name: String
  package let byteCount: Int
  private let status: FileStatus
  private let path: FileName
  private let directory: DirectoryHandle?
  private let descriptors: DescriptorCache
  private let slot: DescriptorCache.Place

  /// - Parameters:
  ///   - path: the file; relative to `directory` where there is one.
  ///   - descriptors: who bounds the open ones.
  package init(
    path: FileName, in directory: DirectoryHandle? = nil, descriptors: DescriptorCache = .shared
  ) throws {
    name = directory?.path(of: path) ?? "\(path)"
    (self.path, self.directory, self.descriptors) = (path, directory, descriptors)
    slot = descriptors.newSlot()
    let file = try descriptors.file(slot) { try Self.open(path, in: directory) }
    status = try file.status()
    byteCount = status.byteCount
  }

  package convenience init(path: String) throws { try self.init(path: FileName(path)) }

  deinit { descriptors.close(slot) }

  private static func open(_ path: FileName, in directory: DirectoryHandle?) throws -> File {
    guard let directory else { return try File.openStored(path.text ?? "\(path)") }
    return try directory.openStored(path)
  }

  /// Opens the file again. Throws `CairnError.io` with ESTALE where it is another one now.
  private func reopen() throws -> File {
    let file = try Self.open(path, in: directory)
    guard try file.status() == status else {
      throw CairnError.io(path: name, action: "read on in the file that was opened", errno: ESTALE)
    }
    return file
  }

  package func read(offset: UInt64, byteCount wanted: Int) throws -> [UInt8] {
    guard wanted >= 0, offset <= UInt64(byteCount), wanted <= byteCount - Int(offset) else {
      throw CairnError.damaged(
        file: name, offset: offset, cause: "the file ends before byte \(offset) + \(wanted)")
    }
    let file = try descriptors.file(slot) { try reopen() }
    var failure: (any Error)?
    var got = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: wanted) { target, count in
      guard let start = target.baseAddress else { return }
      do { got = try file.read(at: Int(offset), into: start, byteCount: wanted) } catch { failure = error }
      count = got
    }
    if let failure { throw failure }
    guard got == wanted else {
      throw CairnError.damaged(file: name, offset: offset, cause: "the file was cut while it was read")
    }
    return bytes
  }
}
