import Glibc

/// What is below a directory, names as bytes: files with their contents, links with their targets, directories.
package func directoryImage(_ root: String) throws -> [[UInt8]: String] {
  var image: [[UInt8]: String] = [:]
  try addImage(Array(root.utf8), [], to: &image)
  return image
}

private func addImage(_ root: [UInt8], _ below: [UInt8], to image: inout [[UInt8]: String]) throws {
  let path = (below.isEmpty ? root : root + [0x2F] + below).map { CChar(bitPattern: $0) } + [0]
  guard let stream = opendir(path) else { throw TestFailure("cannot list below \(root): errno \(errno)") }
  defer { closedir(stream) }
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
    if name == [0x2E] || name == [0x2E, 0x2E] { continue }
    let child = below.isEmpty ? name : below + [0x2F] + name
    let full = (root + [0x2F] + child).map { CChar(bitPattern: $0) } + [0]
    var status = stat()
    guard lstat(full, &status) == 0 else { continue }
    switch status.st_mode & S_IFMT {
    case S_IFDIR:
      image[child] = "directory"
      try addImage(root, child, to: &image)
    case S_IFREG: image[child] = "file \(status.st_size) \(status.st_ino)"
    case S_IFLNK: image[child] = "link"
    default: image[child] = "other"
    }
  }
}
