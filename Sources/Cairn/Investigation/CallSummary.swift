import CairnStorage

/// The calls of a principal or of a key, counted.
public struct CallSummary: Sendable {
  /// Calls.
  public let count: Int
  /// Those with an error.
  public let failed: Int
  /// eventTime of the first and the last.
  public let first: String
  /// eventTime of the last.
  public let last: String
  /// The first call's eventID.
  public let firstEventID: String
  /// The last call's eventID.
  public let lastEventID: String
  /// Addresses and services that they came from.
  public let addresses: [String]

  static let columns = """
    count(*), count(errorCode), min(eventTime), max(eventTime), min_by(eventID, eventTime), max_by(eventID, eventTime), \
    array_agg(DISTINCT sourceIPAddress)
    """

  /// The columns in a row from an index on.
  init(_ row: [QueryValue], at index: Int) {
    count = row[index].text.flatMap { Int($0) } ?? 0
    failed = row[index + 1].text.flatMap { Int($0) } ?? 0
    first = row[index + 2].text ?? ""
    last = row[index + 3].text ?? ""
    firstEventID = row[index + 4].text ?? ""
    lastEventID = row[index + 5].text ?? ""
    addresses = (JSONText(row[index + 6].json).elements ?? []).compactMap(\.scalar).sorted()
  }

  /// Several as one; nil for none.
  init?(_ parts: [CallSummary]) {
    guard let first = parts.min(by: { $0.first < $1.first }), let last = parts.max(by: { $0.last < $1.last })
    else { return nil }
    count = parts.reduce(0) { $0 + $1.count }
    failed = parts.reduce(0) { $0 + $1.failed }
    (self.first, firstEventID) = (first.first, first.firstEventID)
    (self.last, lastEventID) = (last.last, last.lastEventID)
    addresses = Set(parts.flatMap(\.addresses)).sorted()
  }
}
