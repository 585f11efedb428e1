import CairnStorage
import Testing

/// The numbers in `Formats/` are those of the code, and each has all that the other has.
@Suite struct FormatTables {
  /// Number → name, from a table's first two columns.
  private func numbers(_ document: String, _ table: String) throws -> [Int: String] {
    let rows = try FormatDocument.load(document).table(table)
    let pairs = try rows.map { (Int(try parseInteger($0[0])), $0[1]) }
    #expect(Set(pairs.map(\.0)).count == pairs.count, "a number stands twice in \(table)")
    return Dictionary(pairs) { first, _ in first }
  }

  private func numbers<T: CaseIterable & RawRepresentable>(_: T.Type) -> [Int: String]
  where T.RawValue == UInt8 {
    Dictionary(uniqueKeysWithValues: T.allCases.map { (Int($0.rawValue), "\($0)") })
  }

  @Test func valueKinds() throws {
    #expect(try numbers("segment.md", "ValueKind") == numbers(ValueKind.self))
    #expect(ValueKind.allCases.allSatisfy { UInt32($0.rawValue) < ValueKind.firstShapeWord })
  }

  @Test func columnKinds() throws {
    #expect(try numbers("segment.md", "ColumnKind") == numbers(ColumnKind.self))
  }

  @Test func blockCodecs() throws {
    #expect(try numbers("segment.md", "BlockCodec") == numbers(BlockCodec.self))
  }

  @Test func extensionTags() throws {
    #expect(try numbers("segment.md", "ExtensionTag") == numbers(ExtensionTag.self))
  }

  @Test func stringEncodings() throws {
    #expect(try numbers("encodings.md", "StringEncoding") == numbers(StringEncoding.self))
  }

  @Test func tokenAlphabets() throws {
    #expect(try numbers("encodings.md", "TokenAlphabet") == numbers(TokenAlphabet.self))
    for row in try FormatDocument.load("encodings.md").table("TokenAlphabet").dropFirst() {
      let alphabet = TokenAlphabet.allCases.first { "\($0)" == row[1] }
      #expect(alphabet.map { "\($0.bitCount)" } == row[2])
      #expect(alphabet.map { "`\($0.characters)`" } == row[3])
    }
  }

  @Test func derivedForms() throws {
    #expect(try numbers("encodings.md", "DerivedPart") == numbers(DerivedPart.self))
    #expect(try numbers("encodings.md", "DerivedSpelling") == numbers(DerivedSpelling.self))
  }

  @Test func integerEncodings() throws {
    #expect(try numbers("encodings.md", "IntegerEncoding") == numbers(IntegerEncoding.self))
  }

  @Test func stringStyles() throws {
    #expect(try numbers("encodings.md", "StringStyle") == numbers(StringStyle.self))
  }

  @Test func objectFlags() throws {
    let flags: [String: ObjectFlags] = [
      "incomplete": .incomplete, "opaque": .opaque, "gzip": .gzip, "zstd": .zstd,
    ]
    let inCode = Dictionary(uniqueKeysWithValues: flags.map { (Int($1.rawValue), $0) })
    #expect(try numbers("segment.md", "ObjectFlags") == inCode)
    // An option set does not list itself: its source does.
    let names = try declarations("Sources/CairnStorage/Shredding/Piece.swift", of: "ObjectFlags")
    #expect(Set(names) == Set(flags.keys))
  }

  @Test func wrappings() throws {
    let rows = try FormatDocument.load("segment.md").table("Wrapping")
    #expect(rows.map { [$0[0], $0[1]] } == Wrapping.allCases.map { ["\($0.rawValue)", $0.name] })
  }

  @Test func segmentFormat() throws {
    let constants: [String: String] = [
      "version": "\(SegmentFormat.version)",
      "oldestVersion": "\(SegmentFormat.oldestVersion)",
      "headerMagic": quoted(SegmentFormat.headerMagic),
      "tailMagic": quoted(SegmentFormat.tailMagic),
      "headerByteCount": "\(SegmentFormat.headerByteCount)",
      "tailByteCount": "\(SegmentFormat.tailByteCount)",
      "blockOverheadByteCount": "\(SegmentFormat.blockOverheadByteCount)",
      "rowGroupRowLimit": "\(SegmentFormat.rowGroupRowLimit)",
      "segmentRowLimit": "\(SegmentFormat.segmentRowLimit)",
      "segmentJSONByteLimit": "\(SegmentFormat.segmentJSONByteLimit)",
      "rowGroupWordLimit": "\(SegmentFormat.rowGroupWordLimit)",
      "segmentSlotLimit": "\(SegmentFormat.segmentSlotLimit)",
      "segmentMemberLimit": "\(SegmentFormat.segmentMemberLimit)",
      "segmentValueByteLimit": "\(SegmentFormat.segmentValueByteLimit)",
      "segmentEnvelopeByteLimit": "\(SegmentFormat.segmentEnvelopeByteLimit)",
      "segmentValueShare": "\(SegmentFormat.segmentValueShare)",
      "segmentSlotPieceLimit": "\(SegmentFormat.segmentSlotPieceLimit)",
      "packedColumnByteLimit": "\(SegmentFormat.packedColumnByteLimit)",
      "packTargetByteCount": "\(SegmentFormat.packTargetByteCount)",
      "structureLevelByteCount": "\(SegmentFormat.structureLevelByteCount)",
      "structureLevel": "\(SegmentFormat.structureLevel)",
      "inlinePartByteLimit": "\(SegmentFormat.inlinePartByteLimit)",
      "sparseValueByteCount": "\(SegmentFormat.sparseValueByteCount)",
      "randomPartByteCount": "\(SegmentFormat.randomPartByteCount)",
      "objectsPerProvenanceBlock": "\(SegmentFormat.objectsPerProvenanceBlock)",
      "zstdLevel": "\(ZstdCompressor.defaultLevel)",
      "opaquePartByteCount": "\(SegmentFormat.opaquePartByteCount)",
      "blockByteLimit": "\(SegmentFormat.blockByteLimit)",
      "structureByteLimit": "\(SegmentFormat.structureByteLimit)",
      "segmentByteLimit": "\(SegmentFormat.segmentByteLimit)",
      "rowLimit": "\(SegmentFormat.rowLimit)",
      "rowGroupLimit": "\(SegmentFormat.rowGroupLimit)",
      "rowGroupValueLimit": "\(SegmentFormat.rowGroupValueLimit)",
      "segmentValueLimit": "\(SegmentFormat.segmentValueLimit)",
      "entryLimit": "\(SegmentFormat.entryLimit)",
      "slotLimit": "\(SegmentFormat.slotLimit)",
      "memberLimit": "\(SegmentFormat.memberLimit)",
      "slotDepthLimit": "\(SegmentFormat.slotDepthLimit)",
      "objectLimit": "\(SegmentFormat.objectLimit)",
      "blockObjectLimit": "\(SegmentFormat.blockObjectLimit)",
      "keyByteLimit": "\(SegmentFormat.keyByteLimit)",
      "blockKeyByteLimit": "\(SegmentFormat.blockKeyByteLimit)",
      "versionLimit": "\(SegmentFormat.versionLimit)",
      "objectByteLimit": "\(SegmentFormat.objectByteLimit)",
      "fragmentByteLimit": "\(SegmentFormat.fragmentByteLimit)",
      "pageWordLimit": "\(SegmentFormat.pageWordLimit)",
    ]
    #expect(try values("segment.md", "SegmentFormat") == constants)
    let names = try declarations("Sources/CairnStorage/Segments/Blocks/SegmentFormat.swift", of: nil)
    // The level is the compressor's.
    #expect(Set(names) == Set(constants.keys).subtracting(["zstdLevel"]))
  }

  @Test func otherNumbers() throws {
    #expect(
      try values("segment.md", "other numbers") == [
        "ValueKind.firstShapeWord": "\(ValueKind.firstShapeWord)",
        "IntegerEncoding.nestingLimit": "\(IntegerEncoding.nestingLimit)",
        "IntegerEncoding.minimumMeanRun": "\(IntegerEncoding.minimumMeanRun)",
        "ColumnDirectory.givenDepthLimit": "\(ColumnDirectory.givenDepthLimit)",
        "GivenCodes.pairLimit": "\(GivenCodes.pairLimit)",
        "TokenStrings.classLimit": "\(TokenStrings.classLimit)",
        "TokenStrings.textByteLimit": "\(TokenStrings.textByteLimit)",
        "TokenClass.partLimit": "\(TokenClass.partLimit)",
        "TokenClass.textByteLimit": "\(TokenClass.textByteLimit)",
        "DerivedStrings.classLimit": "\(DerivedStrings.classLimit)",
        "DerivedStrings.parentLimit": "\(DerivedStrings.parentLimit)",
        "DerivedStrings.positionLimit": "\(DerivedStrings.positionLimit)",
        "DerivedStrings.textByteLimit": "\(DerivedStrings.textByteLimit)",
        "DerivedForm.partLimit": "\(DerivedForm.partLimit)",
        "DerivedForm.textByteLimit": "\(DerivedForm.textByteLimit)",
        "DerivedSearch.minimumCount": "\(DerivedSearch.minimumCount)",
        "DerivedSearch.trialCount": "\(DerivedSearch.trialCount)",
        "DerivedSearch.trialShare": "\(DerivedSearch.trialShare)",
        "DerivedSearch.minimumDistinctShare": "\(DerivedSearch.minimumDistinctShare)",
        "DerivedSearch.minimumDistinctCount": "\(DerivedSearch.minimumDistinctCount)",
        "DerivedSearch.repeatedTrialShare": "\(DerivedSearch.repeatedTrialShare)",
        "PatternStrings.decimalLimit": "\(PatternStrings.decimalLimit)",
        "PatternStrings.hexLimit": "\(PatternStrings.hexLimit)",
        "PatternStrings.holeLimit": "\(PatternStrings.holeLimit)",
        "PatternStrings.patternByteLimit": "\(PatternStrings.patternByteLimit)",
        "PatternStrings.patternLimit": "\(PatternStrings.patternLimit)",
        "PatternStrings.allHolesLimit": "\(PatternStrings.allHolesLimit)",
        "PatternStrings.digitsLimit": "\(PatternStrings.digitsLimit)",
        "PatternStrings.textByteLimit": "\(PatternStrings.textByteLimit)",
        "PatternStrings.minimumHexCount": "\(PatternStrings.minimumHexCount)",
        "PatternStrings.minimumCount": "\(PatternStrings.minimumCount)",
        "PatternStrings.minimumMeanUse": "\(PatternStrings.minimumMeanUse)",
        "PatternStrings.digitShare": "\(PatternStrings.digitShare)",
        "TokenPlan.minimumCount": "\(TokenPlan.minimumCount)",
        "TokenPlan.classLimit": "\(TokenPlan.classLimit)",
        "TokenPlan.gain": "\(TokenPlan.gain)",
        "TokenPlan.randomShare": "\(TokenPlan.randomShare)",
        "MembershipDirectory.plainMinimumCount": "\(MembershipDirectory.plainMinimumCount)",
        "ColumnMerger.plainDistinctShare": "\(ColumnMerger.plainDistinctShare)",
        "ColumnMerger.randomDistinctShare": "\(ColumnMerger.randomDistinctShare)",
        "MembershipDirectory.answerBitLimit": "\(MembershipDirectory.answerBitLimit)",
        "MembershipDirectory.answerShare": "\(MembershipDirectory.answerShare)",
        "MembershipDirectory.entriesPerPage": "\(MembershipDirectory.entriesPerPage)",
        "DictionaryBlocks.targetByteCount": "\(DictionaryBlocks.targetByteCount)",
        "RecordParser.depthLimit": "\(RecordParser.depthLimit)",
        "RecordParser.recordByteLimit": "\(RecordParser.recordByteLimit)",
        "RecordParser.recordWordLimit": "\(RecordParser.recordWordLimit)",
        "ShapeAutomaton.slotLimit": "\(ShapeAutomaton.slotLimit)",
        "ShapeAutomaton.edgeLimit": "\(ShapeAutomaton.edgeLimit)",
        "ShapeAutomaton.memberLimit": "\(ShapeAutomaton.memberLimit)",
        "Layout.partByteLimit": "\(Layout.partByteLimit)",
        "Piece.tapeLimit": "\(Piece.tapeLimit)",
        "Piece.rowLimit": "\(Piece.rowLimit)",
        "Piece.byteLimit": "\(Piece.byteLimit)",
        "ObjectShredder.fragmentByteLimit": "\(ObjectShredder.fragmentByteLimit)",
        "ObjectShredder.gapByteLimit": "\(ObjectShredder.gapByteLimit)",
        "ObjectShredder.opaqueByteLimit": "\(ObjectShredder.opaqueByteLimit)",
      ])
  }

  /// Name → value, digits without commas.
  private func values(_ document: String, _ table: String) throws -> [String: String] {
    let rows = try FormatDocument.load(document).table(table)
    return Dictionary(rows.map { ($0[0], $0[1].filter { $0 != "," }) }) { first, _ in first }
  }

  private func quoted(_ bytes: [UInt8]) -> String { "\"\(String(decoding: bytes, as: UTF8.self))\"" }

  /// Names of the `package static let` in a file; with `type`, of those whose value is made by it.
  private func declarations(_ path: String, of type: String?) throws -> [String] {
    let text = String(decoding: try File.readAll("\(FormatDocument.root)/\(path)"), as: UTF8.self)
    return text.split(separator: "\n").compactMap { line in
      let words = line.split(whereSeparator: { " :".contains($0) })
      guard words.count > 3, words[0] == "package", words[1] == "static", words[2] == "let" else {
        return nil
      }
      if let type, !line.contains("= \(type)(") { return nil }
      return String(words[3])
    }
  }
}
