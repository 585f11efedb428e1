import Cairn
import CairnStorage
import CairnTestSupport
import Foundation

/// A thread that reads an archive over and over while others write to it, and are killed.
///
/// Every state that it opens must be whole: each object there once and with all of its fragments, each record
/// readable; and no state may hold less than one before it.
final class SteadyReader: @unchecked Sendable {
  private let path: String
  /// Events that every state has; nil where they become more.
  private let eventCount: Int?
  private let lock = NSLock()
  private let ended = DispatchSemaphore(value: 0)
  private var isStopped = false
  private var last = (sequence: 0, objects: Set<ObjectName>())
  private var reads = 0
  private var problems: [String] = []

  private struct ObjectName: Hashable {
    var key: [UInt8]
    var version: Int
  }

  init(_ path: String, eventCount: Int? = nil) {
    (self.path, self.eventCount) = (path, eventCount)
    Thread.detachNewThread { self.run() }
  }

  /// Number of states read, and what was wrong with any.
  func stop() -> (reads: Int, problems: [String]) {
    lock.withLock { isStopped = true }
    ended.wait()
    return (reads, problems)
  }

  private func run() {
    while !lock.withLock({ isStopped }) {
      do { try read() } catch { problems.append("\(error)") }
    }
    ended.signal()
  }

  private func read() throws {
    let archive: Archive
    do {
      archive = try Archive(path: path)
    } catch CairnError.damaged(let file, let offset, let cause) {
      throw CairnError.damaged(file: file, offset: offset, cause: cause)
    } catch let error as CairnError {
      // The first run has not made it yet.
      guard last.sequence == 0 else { throw error }
      usleep(200)
      return
    }
    let manifest = archive.snapshot.manifest
    if manifest.sequence < last.sequence {
      problems.append("state \(manifest.sequence) after \(last.sequence)")
    }
    let objects = try objects(archive)
    if !last.objects.isSubset(of: objects) { problems.append("state \(manifest.sequence) lost objects") }
    last = (manifest.sequence, objects)
    var lines = 0
    try Scan(archive, ScanRequest()).writeRecords(.compactJSON) { bytes in
      for byte in bytes where byte == UInt8(ascii: "\n") { lines += 1 }
    }
    let rows = manifest.segments.reduce(0) { $0 + $1.visibleRowCount }
    if lines != eventCount ?? rows {
      problems.append("state \(manifest.sequence): \(lines) records of \(eventCount ?? rows)")
    }
    reads += 1
  }

  private func objects(_ archive: Archive) throws -> Set<ObjectName> {
    var fragments: [ObjectName: [(number: Int, isLast: Bool)]] = [:]
    for entry in archive.snapshot.manifest.segments {
      let reader = try archive.snapshot.open(entry)
      for block in reader.footer.objectBlocks.indices {
        for object in try reader.objects(block: block) {
          let name = ObjectName(key: object.key, version: object.version)
          fragments[name, default: []].append((object.fragment, object.isLastFragment))
        }
      }
    }
    for (name, parts) in fragments {
      let sorted = parts.sorted { $0.number < $1.number }
      let isWhole = sorted.enumerated().allSatisfy { index, part in
        part.number == index && part.isLast == (index == sorted.count - 1)
      }
      if !isWhole {
        problems.append("\(String(decoding: name.key, as: UTF8.self)) is there in part or twice")
      }
    }
    return Set(fragments.keys)
  }
}
