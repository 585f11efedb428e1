import CairnTestSupport
import Testing

/// Dependencies between the folders of the storage core go one way (DESIGN, "Code").
@Suite struct LayerTests {
  /// Folders that each folder may use, itself apart.
  static let below: [String: Set<String>] = {
    var below: [String: Set<String>] = [
      "Bytes": [], "Columns": ["Bytes"], "Encodings": ["Bytes", "Columns"],
      "Shredding": ["Bytes", "Columns"],
    ]
    let first: Set = ["Bytes", "Columns", "Encodings", "Shredding"]
    for (place, room) in rooms.enumerated() { below[room] = first.union(rooms[..<place]) }
    below["Archive"] = first.union(rooms)
    return below
  }()

  /// The rooms of a segment's code, each of which may use those before it.
  private static let rooms = ["Blocks", "Catalogue", "Reading", "Searching", "Proving", "Writing"].map {
    "Segments/\($0)"
  }

  private static let sources =
    String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }) + "/Sources"

  private struct SourceFile {
    var path: String
    var folder: String
    /// Words of the code, comments and strings left out.
    var lines: [String]
  }

  private func files() throws -> [SourceFile] {
    let root = Self.sources + "/CairnStorage"
    return try treePaths(root).filter { $0.hasSuffix(".swift") }.map { path in
      let text = String(decoding: try readFile(root + "/" + path), as: UTF8.self)
      let lines = text.split(separator: "\n").map { line in
        String(line).components(before: "//")
      }
      let folders = path.split(separator: "/").dropLast()
      let folder = folders.prefix(folders.first == "Segments" ? 2 : 1).joined(separator: "/")
      return SourceFile(path: path, folder: folder, lines: lines)
    }
  }

  /// Types and functions that a file declares at its top level for others.
  private func declared(_ file: SourceFile) -> [String] {
    file.lines.compactMap { line in
      guard let first = line.first, first != " ", !line.hasPrefix("private"), !line.hasPrefix("fileprivate")
      else { return nil }
      var words = line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }[...]
      while let word = words.popFirst() {
        if ["struct", "class", "enum", "protocol", "actor", "typealias", "func", "let", "var"].contains(word)
        {
          return words.first.map(String.init)
        }
        if word == "extension" { return nil }
      }
      return nil
    }
  }

  /// Types that a file declares inside others: they hide those of the same name.
  private func nested(_ file: SourceFile) -> Set<String> {
    Set(
      file.lines.filter { $0.hasPrefix(" ") }.compactMap { line in
        let words = line.split(separator: " ")
        guard let at = words.firstIndex(where: { ["struct", "class", "enum"].contains($0) }),
          at + 1 < words.count
        else {
          return nil
        }
        return String(words[at + 1].prefix { $0.isLetter || $0.isNumber })
      })
  }

  @Test func foldersUseOnlyThoseBelow() throws {
    let files = try files()
    #expect(files.count > 40)
    #expect(Set(files.map(\.folder)) == Set(Self.below.keys))
    var owner: [String: String] = [:]
    for file in files { for name in declared(file) { owner[name] = file.folder } }
    #expect(owner.count > 80)
    #expect(
      owner["SegmentReader"] == "Segments/Reading" && owner["ByteReader"] == "Bytes"
        && owner["checksum"] == "Bytes")
    for file in files {
      let own = nested(file)
      for (number, line) in file.lines.enumerated() {
        for word in line.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }).map(String.init)
        {
          guard let folder = owner[word], folder != file.folder, word.first?.isUppercase == true else {
            continue
          }
          if Self.below[file.folder]?.contains(folder) == true || own.contains(word) { continue }
          Issue.record("\(file.path), line \(number + 1) or near: \(file.folder) uses \(word) of \(folder)")
        }
      }
    }
  }

  /// The core needs no Foundation, and SQL nothing of the storage.
  @Test func imports() throws {
    let system: Set = [
      "Glibc", "Dispatch", "CairnShims", "CDeflate", "CNettle", "CZlib", "CZstd", "Synchronization",
    ]
    let rules: [(target: String, modules: Set<String>)] = [
      ("CairnStorage", system), ("CairnSQL", []), ("Cairn", ["CairnStorage", "CairnSQL", "Glibc", "Swift"]),
    ]
    for rule in rules {
      for path in try treePaths("\(Self.sources)/\(rule.target)") where path.hasSuffix(".swift") {
        let text = String(decoding: try readFile("\(Self.sources)/\(rule.target)/\(path)"), as: UTF8.self)
        for line in text.split(separator: "\n") where line.contains("import ") {
          let words = line.split(separator: " ")
          guard let at = words.firstIndex(of: "import"), words[..<at].allSatisfy({ $0.hasPrefix("@") }),
            at + 1 < words.count
          else {
            continue
          }
          #expect(rule.modules.contains(String(words[at + 1])), "\(rule.target)/\(path): \(line)")
        }
      }
    }
  }
}

extension String {
  /// The part before the first `mark`.
  fileprivate func components(before mark: String) -> String {
    firstRange(of: mark).map { String(self[..<$0.lowerBound]) } ?? self
  }
}
