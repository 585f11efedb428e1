import CairnStorage
import Glibc

/// A time zone that a query names (S79).
enum Zone: Sendable {
  case fixed(FixedZone)
  case rules(ZoneRules)

  /// Seconds east of UTC at a point in time.
  func offset(at seconds: Int64) -> Int {
    switch self {
    case .fixed(let zone): zone.seconds
    case .rules(let rules): rules.offset(at: seconds)
    }
  }

  /// Seconds east of UTC of a time that clocks in the zone show.
  func offset(atClock seconds: Int64) -> Int {
    switch self {
    case .fixed(let zone): zone.seconds
    case .rules(let rules): rules.offset(atClock: seconds)
    }
  }
}

/// A time zone of the tz database: the offsets from UTC that its clocks have had and are going to have (S79).
struct ZoneRules: Sendable {
  /// Seconds since 1970 at which an offset begins, ascending, each with the offset.
  let transitions: [(start: Int64, offset: Int)]
  /// The offset before the first transition.
  let firstOffset: Int
  /// What goes for times behind the last transition; nil where its offset stays.
  let rule: ZoneRule?

  /// Seconds east of UTC at a point in time.
  func offset(at seconds: Int64) -> Int {
    let next = transitions.partitioningIndex { $0.start > seconds }
    if next == transitions.count, let rule { return rule.offset(at: seconds) }
    return next == 0 ? firstOffset : transitions[next - 1].offset
  }

  /// The offset of a time that clocks in the zone show. Of two points at which they show it, it is the earlier one's;
  /// a time that they leap over counts as if they had not leapt yet.
  func offset(atClock seconds: Int64) -> Int {
    let before = offset(at: seconds - Self.margin)
    let after = offset(at: seconds + Self.margin)
    if before == after || offset(at: seconds - Int64(before)) == before { return before }
    return offset(at: seconds - Int64(after)) == after ? after : before
  }

  /// Longer than any offset, shorter than an offset lasts.
  private static let margin: Int64 = 26 * 3600
}

extension ZoneRules {
  /// Where systems keep their zones.
  static let directory = "/usr/share/zoneinfo"

  /// Why a zone cannot be used.
  enum Failure: Error, Equatable {
    /// The database has no zone of this name.
    case unknown
    /// The system has no database.
    case noDatabase
    /// Its file is none of a zone.
    case damaged
    /// The system did not let its file be read.
    case unreadable(CairnError)
  }

  /// Reads a zone by its name in the database: `America/New_York`.
  init(name: [UInt8], directory: String = ZoneRules.directory) throws(Failure) {
    guard Self.isName(name) else { throw .unknown }
    let path = directory + "/" + String(decoding: name, as: UTF8.self)
    guard let rules = ZoneFile.read(try Self.read(path, directory)) else { throw .damaged }
    self = rules
  }

  /// Errors that mean that there is no file of the name.
  private static let absent = [ENOENT, ENOTDIR, EISDIR, ENAMETOOLONG]

  private static func read(_ path: String, _ directory: String) throws(Failure) -> [UInt8] {
    do {
      return try File.readAll(path, limit: ZoneFile.byteLimit)
    } catch CairnError.io(_, _, let number) where absent.contains(number) {
      throw (try? Directory.names(directory)) == nil ? .noDatabase : .unknown
    } catch let error as CairnError {
      throw .unreadable(error)
    } catch {
      throw .damaged
    }
  }

  /// Parts of letters, digits, `_`, `-` and `+` between slashes: nothing that leaves the directory.
  private static func isName(_ name: [UInt8]) -> Bool {
    name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy { part in
      !part.isEmpty && part.allSatisfy(isNameByte)
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
    case UInt8(ascii: "0")...UInt8(ascii: "9"): true
    case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"): true
    default: false
    }
  }
}
