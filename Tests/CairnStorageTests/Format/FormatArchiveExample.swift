import CairnStorage
import CairnTestSupport
import Testing

/// `CURRENT` and a manifest as `archive.md` shows them, and its tables of keys and paths.
enum FormatArchiveExample {
  @Sendable static func check(_ example: FormatDocument.Example) throws {
    let manifestText = try example.text("manifest")
    let manifest = try Manifest.decode(Array(manifestText.utf8), file: "example")
    #expect(manifest.segments.count == 1)
    #expect(String(decoding: manifest.encode(), as: UTF8.self) == manifestText)
    // It lists the segment at the end of `segment.md`.
    let segment = try FormatDocument.load("segment.md").examples.first { $0.kind == "segment" }
    let reader = try SegmentFixture.open(try segment?.bytes() ?? [])
    #expect(manifest.segments.first?.byteCount == reader.byteCount)
    #expect(manifest.segments.first?.seal == (try reader.seal()))
    let text = try example.text("current")
    let pointer = try CurrentPointer.decode(Array(text.utf8), file: "example")
    #expect(String(decoding: pointer.encode(), as: UTF8.self) == text)
    #expect(pointer.sequence == manifest.sequence)
    #expect(pointer.manifestChecksum == checksum(manifest.encode(), seed: 0))
  }
}

extension FormatTables {
  @Test func segmentFields() throws {
    let example = try #require(FormatDocument.load("archive.md").examples.first { $0.kind == "archive" })
    let line = try #require(
      try example.text("manifest").split(separator: "\n").first { $0.hasPrefix("segment ") })
    let fields = line.split(separator: " ").dropFirst(2).map { String($0.prefix { $0 != "=" }) }
    #expect(try FormatDocument.load("archive.md").table("segment fields").map { $0[0] } == fields)
  }

  @Test func manifestLimits() throws {
    let limits = Dictionary(uniqueKeysWithValues: SegmentEntry.counts.map { ($0.name, "\($0.limit)") })
    var listed: Set<String> = []
    for row in try FormatDocument.load("archive.md").table("manifest limits") {
      for name in row[0].split(separator: ",").map({ String($0.drop { $0 == " " }) }) {
        listed.insert(name)
        switch name {
        case "commits", "segment files": #expect(row[1] == "\(Manifest.numberLimit)")
        case "bytes of a manifest": #expect(row[1] == "\(Manifest.byteLimit)")
        default: #expect(row[1] == limits[name], "\(name)")
        }
      }
    }
    #expect(listed == Set(limits.keys).union(["commits", "segment files", "bytes of a manifest"]))
  }

  @Test func sourceKeys() throws {
    for row in try FormatDocument.load("archive.md").table("source keys") {
      let key = SourceKey(String(row[0].dropFirst().dropLast()))
      let parts = [key.account, key.region, key.delivery].map { part in
        part.map { String(decoding: $0, as: UTF8.self) } ?? "–"
      }
      #expect(parts == Array(row[1...]))
    }
  }

  @Test func restoredPaths() throws {
    for row in try FormatDocument.load("archive.md").table("restored paths") {
      let cells = row.map { String($0.dropFirst().dropLast()) }
      #expect(RestoredPath.relative(cells[0], gzip: false) == cells[1])
      #expect(RestoredPath.relative(cells[0], gzip: true) == cells[2])
    }
  }
}
