import CDeflate
import CairnSynth
import Foundation

/// A temporary directory that is removed when its owner goes away.
final class TemporaryDirectory: Sendable {
  let path: String

  init() throws {
    // Thousands of small files come and go: in memory that costs nothing, on ext4 most of the suite's time.
    let memory = "/dev/shm/"
    let root = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
    path = root + "cairn-synth-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Paths of all files below, relative and sorted.
  func files() -> [String] {
    (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".gz") || $0.hasSuffix(".json") }.sorted()
  }
}

/// One delivered object: its key, its size as stored, and its inflated bytes.
struct DeliveredObject {
  let key: String
  let compressedByteCount: Int
  let json: [UInt8]
}

enum Objects {
  /// Inflates one object with libdeflate.
  static func load(_ root: String, _ key: String) throws -> DeliveredObject {
    let data = try Data(contentsOf: URL(fileURLWithPath: root + "/" + key))
    // The last four bytes of a gzip member are its inflated size.
    let size = data.suffix(4).enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
    let decompressor = libdeflate_alloc_decompressor()
    defer { libdeflate_free_decompressor(decompressor) }
    let json = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      data.withUnsafeBytes { source in
        let result = libdeflate_gzip_decompress(
          decompressor, source.baseAddress, source.count, buffer.baseAddress, size, &count)
        precondition(result == LIBDEFLATE_SUCCESS, "object \(key) does not inflate")
      }
    }
    return DeliveredObject(key: key, compressedByteCount: data.count, json: json)
  }

  /// Generates a history into a new directory.
  static func generate(_ change: (inout SynthOptions) -> Void) throws -> (TemporaryDirectory, SynthSummary) {
    let directory = try TemporaryDirectory()
    var options = SynthOptions(outputPath: directory.path)
    change(&options)
    return (directory, try CairnSynth.generate(options))
  }
}

/// A hundred thousand events with the default mix, generated and measured once for the whole suite.
struct HistorySample: Sendable {
  let summary: SynthSummary
  let statistics: HistoryStatistics
  /// The first records of the history as NDJSON, for the whole-stream ratio.
  let stream: [UInt8]

  static let shared = Result { try HistorySample() }

  private init() throws {
    let (directory, summary) = try Objects.generate { $0.eventCount = 100_000 }
    self.summary = summary
    var statistics = HistoryStatistics()
    var stream = [UInt8]()
    for key in directory.files() {
      let object = try Objects.load(directory.path, key)
      statistics.add(object)
      if stream.count < 8_000_000 { object.appendLines(to: &stream) }
    }
    self.statistics = statistics
    self.stream = stream
  }
}

extension DeliveredObject {
  /// The records, one a line.
  func appendLines(to stream: inout [UInt8]) {
    for record in Record.ranges(json) {
      stream += json[record]
      stream.append(10)
    }
  }
}
