import CairnStorage
import CairnTestSupport
import Testing

/// The golden archives restore to their sources with today's reader, and still hold a bit of everything.
@Suite struct FormatGolden {
  static let directory = FormatDocument.root + "/Formats/golden/v1"

  /// Source files as they were delivered, by key.
  static func sources() throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    func walk(_ path: String, _ key: String) throws {
      for name in try Directory.names(path) {
        let (child, childKey) = (path + "/" + name, key.isEmpty ? name : key + "/" + name)
        if try Directory.status(child)?.kind == .directory {
          try walk(child, childKey)
        } else {
          files[childKey] = try File.readAll(child)
        }
      }
    }
    try walk(directory + "/source", "")
    return files
  }

  static func inflate(_ bytes: [UInt8]) throws -> [UInt8] {
    let output = PaddedBuffer()
    let fault = try bytes.withUnsafeBufferPointer { try Inflater().inflate($0, into: output, limit: 1 << 30) }
    #expect(fault == nil)
    return Array(output.bytes)
  }

  @Test func everyObjectRestores() throws {
    let snapshot = try ArchiveSnapshot(path: Self.directory + "/archive")
    let sources = try Self.sources()
    try withTemporaryDirectory { target in
      let summary = try Restorer(snapshot, target: target, options: Restorer.Options()).run()
      #expect(summary.objects == sources.count)
      for (key, delivered) in sources {
        let restored = try File.readAll(target + "/" + RestoredPath.relative(key, gzip: false))
        #expect(try restored == Self.inflate(delivered), "\(key)")
      }
    }
  }

  @Test func everySegmentVerifies() throws {
    let snapshot = try ArchiveSnapshot(path: Self.directory + "/archive")
    for entry in snapshot.manifest.segments {
      let result = try SegmentVerifier(try snapshot.open(entry), threads: 2).verify()
      #expect(result.recordCount == entry.recordCount)
    }
  }

  /// What golden files do not hold, they do not guard.
  @Test func everyNumberOfTheFormatOccurs() throws {
    let snapshot = try ArchiveSnapshot(path: Self.directory + "/archive")
    var seen = Seen()
    for entry in snapshot.manifest.segments { try seen.add(try snapshot.open(entry)) }
    #expect(seen.stringEncodings == Set(StringEncoding.allCases))
    #expect(seen.alphabets == Set(TokenAlphabet.allCases))
    #expect(seen.givenCount > 0 && seen.derivedCount > 0)
    // Planes are in each catalogue, and in no column.
    #expect(seen.integerEncodings == Set(IntegerEncoding.allCases).subtracting([.planes, .deltaPlanes]))
    #expect(seen.styles == Set(StringStyle.allCases.map(\.rawValue)))
    #expect(seen.words == Set(ValueKind.allCases.map { UInt32($0.rawValue) }))
    #expect(seen.columnKinds == Set(ColumnKind.allCases))
    #expect(seen.flags == 15)
    #expect(seen.wrappings == Set(Wrapping.allCases))
    #expect(seen.quotings == Set([0, 1, 3, 16]) && seen.spelledCount > 0)
    #expect(seen.rowGroupCount > 1 && seen.verbatimRowCount > 0 && seen.exceptionCount > 0)
    #expect(seen.ownDirectoryCount > 0 && seen.packedDirectoryCount > 0)
  }

  private struct Seen {
    var stringEncodings: Set<StringEncoding> = []
    var alphabets: Set<TokenAlphabet> = []
    var givenCount = 0
    var derivedCount = 0
    var integerEncodings: Set<IntegerEncoding> = []
    var styles: Set<UInt8> = []
    var words: Set<UInt32> = []
    var columnKinds: Set<ColumnKind> = []
    var flags: UInt8 = 0
    var wrappings: Set<Wrapping> = []
    var quotings: Set<UInt8> = []
    var spelledCount = 0
    var rowGroupCount = 0
    var verbatimRowCount = 0
    var exceptionCount = 0
    var ownDirectoryCount = 0
    var packedDirectoryCount = 0

    mutating func add(_ reader: SegmentReader) throws {
      rowGroupCount += reader.footer.rowGroups.count
      verbatimRowCount += reader.footer.rowGroups.reduce(0) { $0 + $1.verbatimRowCount }
      for envelope in try reader.envelopes() {
        exceptionCount += envelope.exceptions.count
        spelledCount += envelope.spelled.count
        quotings.insert(envelope.quoting.number)
      }
      for block in reader.footer.objectBlocks.indices {
        for object in try reader.objects(block: block) {
          flags |= object.flags.rawValue & 15
          wrappings.insert(object.flags.wrapping)
        }
      }
      let catalogue = try reader.catalogue()
      words.formUnion(catalogue.shapes.joined().flatMap { $0.entries.map(\.word) }.filter { $0 < 16 })
      for index in catalogue.columns.indices { try add(try reader.column(index), reader) }
    }

    private mutating func add(_ column: ColumnReader, _ reader: SegmentReader) throws {
      columnKinds.insert(column.info.kind)
      givenCount += column.directory.given == nil ? 0 : 1
      derivedCount += column.directory.parents.isEmpty ? 0 : 1
      if case .block = column.info.place { ownDirectoryCount += 1 } else { packedDirectoryCount += 1 }
      for chunk in column.directory.chunks {
        let name = try column.encodingName(of: chunk)
        switch column.info.kind {
        case .shape: words.formUnion(try column.words(in: chunk.rowGroup).words.filter { $0 < 16 })
        case .length, .integer:
          integerEncodings.formUnion(IntegerEncoding.allCases.filter { "\($0)" == name })
        case .string, .number:
          stringEncodings.formUnion(StringEncoding.allCases.filter { "\($0)" == name })
          alphabets.formUnion(try column.tokenAlphabets(in: chunk.rowGroup))
          let strings = try column.strings(in: chunk.rowGroup, positions: nil) {
            try reader.seconds(of: chunk.rowGroup)
          }
          styles.formUnion((0..<strings.table.count).map { strings.table.style($0).rawValue })
        }
      }
    }
  }
}
