import Foundation

/// The built command.
package enum Binary {
  /// `CAIRN_BINARY`, else the newest `cairn` beside the tests in a build directory of the package.
  package static let path: String? = {
    if let named = ProcessInfo.processInfo.environment["CAIRN_BINARY"] { return named }
    let beside =
      CommandLine.arguments.first.map { [URL(fileURLWithPath: $0).deletingLastPathComponent().path] } ?? []
    let root = FileManager.default.currentDirectoryPath
    let builds = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).filter {
      $0.hasPrefix(".build")
    }
    let places = beside + builds.flatMap { ["\(root)/\($0)/release", "\(root)/\($0)/debug"] }
    func modified(_ path: String) -> Date {
      (try? FileManager.default.attributesOfItem(atPath: path))?[.modificationDate] as? Date ?? .distantPast
    }
    let found = places.map { $0 + "/cairn" }.filter { FileManager.default.isExecutableFile(atPath: $0) }
    return found.first { beside.contains(URL(fileURLWithPath: $0).deletingLastPathComponent().path) }
      ?? found.max { modified($0) < modified($1) }
  }()

  package static func command(_ arguments: [String]) throws -> [String] {
    guard let path else { throw TestFailure("no cairn binary: set CAIRN_BINARY or build the package") }
    return [path] + arguments
  }

  @discardableResult
  package static func run(_ arguments: String..., directory: String? = nil) throws -> ChildProcess.Result {
    try run(arguments, directory: directory)
  }

  package static func run(_ arguments: [String], directory: String? = nil) throws -> ChildProcess.Result {
    try runProcess(try command(arguments), directory: directory)
  }
}
