import CairnSQL
import CairnTestSupport

@testable import Cairn
@testable import CairnStorage

/// Readers of what others may have made, each of which takes any bytes: it gives what these say or refuses them, without
/// a trap, soon, and in bounded memory.
///
/// `tools/fuzz` gives them to libFuzzer; the tests here repeat what that has found, and try some thousand changes of
/// the seeds.
enum FuzzTarget: String, CaseIterable, Sendable {
  /// Changes of an archive's blocks, sealed again: opened, queried, scanned, inspected, restored, compacted into.
  case archive
  /// Changes of the blocks of a segment, read in memory in every way.
  case segment
  case manifest, marks
  case integers, times, words, strings, tokens, derived, dictionary
  /// JSON objects: shredded, written, verified and restored.
  case shredder
  /// Delivered files whatever they are: compressed streams, zip and tar, UTF-16, tables, wrappings.
  case object
  /// gzip and zstd.
  case frames
  case sql

  /// What is wrong with what a target did.
  struct Problem: Error, CustomStringConvertible {
    let description: String
  }

  func run(_ input: [UInt8]) throws {
    switch self {
    case .archive: try Self.forgedArchive.run(choices: input)
    case .segment: try FuzzedSegment.run(input)
    case .object: try FuzzedObject.run(input)
    case .shredder: try FuzzedObject.shred(input)
    case .frames: try Self.inflate(input)
    case .sql: try Self.parse(input)
    case .manifest: try Self.manifest(input)
    case .marks: Self.marks(input)
    default: try FuzzedEncoding.run(self, input)
    }
  }

  // Made once: an archive is written for it.
  private static let forgedArchive: ForgedArchiveRun = {
    do { return try ForgedArchiveRun() } catch { fatalError("\(error)") }
  }()

  // MARK: Texts

  private static func manifest(_ input: [UInt8]) throws {
    if let pointer = try? CurrentPointer.decode(input, file: "CURRENT"), pointer.encode() != input {
      throw Problem(description: "CURRENT is read, but written otherwise")
    }
    // The last line is made to fit, or nothing would be read.
    let mark = Array("checksum ".utf8)
    let lines = input.split(separator: 0x0A, omittingEmptySubsequences: false)
    let kept = lines.prefix { !$0.starts(with: mark) }
    let text = kept.count == lines.count ? input : Array(kept.joined(separator: [0x0A])) + [0x0A]
    let sealed = text + mark + Array(hexadecimal(checksum(text, seed: 0)).utf8) + [0x0A]
    guard let manifest = try refusing({ try Manifest.decode(sealed, file: "MANIFEST") }) else { return }
    guard manifest.encode() == sealed else {
      throw Problem(description: "the manifest is read, but written otherwise")
    }
  }

  private static func marks(_ input: [UInt8]) {
    guard input.count > 8 else { return }
    let body = input.dropLast(8)
    let sum = checksum(Array(body), seed: 0)
    let sealed = body + (0..<8).map { UInt8(truncatingIfNeeded: sum >> UInt64(8 * $0)) }
    let subject = ShadowMarks.Subject(number: 2, seal: 0, rowCount: 1000)
    for bytes in [input, Array(sealed)] { _ = try? ShadowMarks.decode(bytes, about: subject, file: "marks") }
  }

  private static func parse(_ input: [UInt8]) throws {
    let text = String(decoding: input, as: UTF8.self)
    do {
      let printed = try SQLParser.parseExpression(text).description
      guard try SQLParser.parseExpression(printed).description == printed else {
        throw Problem(description: "\(printed) is read otherwise")
      }
    } catch is SQLSyntaxError {}
    do {
      for case .query(let query) in try SQLParser.parseStatements(text) {
        guard (try? SQLParser.parseStatements(query.description)) != nil else {
          throw Problem(description: "\(query.description) is not read")
        }
      }
    } catch let error as SQLSyntaxError { _ = error.rendered(in: text) }
    _ = try? SQLParser.parseSelectItems(text)
    _ = try? SQLParser.decode(input)
  }

  private static func inflate(_ input: [UInt8]) throws {
    let output = PaddedBuffer()
    let limit = 1 << 20
    try input.withUnsafeBufferPointer { bytes in
      _ = try Inflater().inflate(bytes, into: output, limit: limit)
      guard output.count <= limit else {
        throw Problem(description: "\(output.count) bytes beyond the limit")
      }
      if bytes.count > 2 {
        let count = Int(bytes[0]) << 8 | Int(bytes[1])
        let frame = UnsafeBufferPointer(rebasing: bytes[2...])
        if let raw = ZstdDecompressor.decompress(frame, byteCount: count), raw.count != count {
          throw Problem(description: "a frame gives \(raw.count) bytes instead of \(count)")
        }
      }
    }
  }

  /// What `body` gives; nil where it refuses. Other errors than damage are none of a reader's.
  static func refusing<Value>(_ body: () throws -> Value) throws -> Value? {
    do { return try body() } catch CairnError.damaged, CairnError.unsupportedVersion { return nil }
  }
}
