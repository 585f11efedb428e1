import Foundation
import Glibc

/// A directory that goes with the last reference. In memory where the system has such a place: tests sync often.
package final class TemporaryDirectory: Sendable {
  package let path: String

  package init(on parent: String = TemporaryDirectory.place) throws {
    var template = Array((parent + "/cairn-test-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else { throw TestFailure("mkdtemp below \(parent): errno \(errno)") }
    path = String(cString: made)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  package static let place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory()

  package func sub(_ name: String) -> String { path + "/" + name }

  /// Writes a file and the directories above it.
  @discardableResult
  package func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = sub(name)
    try writeFile(file, bytes)
    return file
  }
}

/// Something that a test needs and that is not there.
package struct TestFailure: Error, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}

package func writeFile(_ path: String, _ bytes: [UInt8]) throws {
  let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
  try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

package func readFile(_ path: String) throws -> [UInt8] {
  Array(try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// Every regular file below `root`: path relative to it, and bytes. Links are not followed.
package func readTree(_ root: String) throws -> [String: [UInt8]] {
  var files: [String: [UInt8]] = [:]
  for path in try treePaths(root) { files[path] = try readFile(root + "/" + path) }
  return files
}

/// Relative paths of all files below `root`, sorted.
package func treePaths(_ root: String) throws -> [String] {
  guard let walk = FileManager.default.enumerator(atPath: root) else {
    throw TestFailure("no directory \(root)")
  }
  var paths: [String] = []
  for case let path as String in walk {
    var status = stat()
    if lstat(root + "/" + path, &status) == 0, status.st_mode & S_IFMT != S_IFDIR { paths.append(path) }
  }
  return paths.sorted()
}
