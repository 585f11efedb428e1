/// What records are wrapped in where they do not stand in an object as CloudTrail delivers them.
///
/// Numbers are on disk, in the upper half of an object's flags, and never reused.
public enum Wrapping: UInt8, Sendable, CaseIterable {
  /// CloudTrail's own: `{"Records":[…]}`, arrays, records one after another.
  case none = 0
  /// `aws cloudtrail lookup-events`: the record is a string in `CloudTrailEvent`.
  case lookupEvents = 1
  /// EventBridge: the record is in `detail`.
  case eventBridge = 2
  /// CloudWatch Logs: the record is a string in `message` or `@message`, or stands behind a line's time.
  case cloudWatchLogs = 3
  /// CloudTrail Lake's query results: the record is a string in `eventJson`.
  case lake = 4
  /// Elasticsearch and OpenSearch: a string in `event.original` or `message`, or an object in `_source`.
  case elastic = 5
  /// Splunk: a string in `_raw`, or an object in `result` or `event`.
  case splunk = 6
  /// A table with a column of records, or the event history's download as CSV.
  case csv = 7
  /// Text in UTF-16.
  case utf16 = 8
  /// A compressed stream inside a compressed stream.
  case compressed = 9
  /// A CloudWatch Logs subscription: base64 of gzip inside JSON.
  case subscription = 10

  /// As people write and see it.
  public var name: String {
    switch self {
    case .none: "cloudtrail"
    case .lookupEvents: "lookup-events"
    case .eventBridge: "eventbridge"
    case .cloudWatchLogs: "cloudwatch-logs"
    case .lake: "lake"
    case .elastic: "elastic"
    case .splunk: "splunk"
    case .csv: "csv"
    case .utf16: "utf-16"
    case .compressed: "compressed"
    case .subscription: "subscription"
    }
  }
}

/// What a member of a wrapping holds, by its key.
struct WrappingKey {
  enum Role {
    /// A record as a string.
    case text
    /// A record, or more of the wrapping.
    case object
    /// Elements that are records or wrappings, or a member that is one.
    case list
  }

  var role: Role
  var wrapping: Wrapping
  /// Whatever the string says, a record should be there.
  var isCertain = false

  private static let keys: [String: WrappingKey] = [
    "CloudTrailEvent": WrappingKey(role: .text, wrapping: .lookupEvents, isCertain: true),
    "Events": WrappingKey(role: .list, wrapping: .lookupEvents),
    "detail": WrappingKey(role: .object, wrapping: .eventBridge),
    "message": WrappingKey(role: .text, wrapping: .cloudWatchLogs),
    "@message": WrappingKey(role: .text, wrapping: .cloudWatchLogs),
    "value": WrappingKey(role: .text, wrapping: .cloudWatchLogs),
    "logEvents": WrappingKey(role: .list, wrapping: .cloudWatchLogs),
    "events": WrappingKey(role: .list, wrapping: .cloudWatchLogs),
    "eventJson": WrappingKey(role: .text, wrapping: .lake, isCertain: true),
    "QueryResultRows": WrappingKey(role: .list, wrapping: .lake),
    "hits": WrappingKey(role: .list, wrapping: .elastic),
    "responses": WrappingKey(role: .list, wrapping: .elastic),
    "_source": WrappingKey(role: .object, wrapping: .elastic),
    "original": WrappingKey(role: .text, wrapping: .elastic),
    "event.original": WrappingKey(role: .text, wrapping: .elastic),
    "_raw": WrappingKey(role: .text, wrapping: .splunk),
    "result": WrappingKey(role: .object, wrapping: .splunk),
    "results": WrappingKey(role: .list, wrapping: .splunk),
    "event": WrappingKey(role: .object, wrapping: .splunk),
  ]
  private static let longest = 16

  /// Nil where the key is none of a wrapping's.
  static func of(_ key: UnsafeBufferPointer<UInt8>) -> WrappingKey? {
    key.count <= longest ? keys[String(decoding: key, as: UTF8.self)] : nil
  }
}
