/// One kind of event: the structure of its record and who makes such calls.
///
/// `request`, `response`, `resources` and `additional` are templates (see `Slot`); nil leaves the field null or
/// out, as AWS does: only requestParameters and responseElements are ever null.
struct EventKind: Sendable {
  var source: String
  var name: String
  /// How often principals of a profile make the call, relative to that profile's other calls.
  var by: [Profile: Double]
  var readOnly = true
  var request: String?
  var response: String?
  var resources: String?
  var additional: String?
  var apiVersion: String?
  /// Principals of services that make the call themselves.
  var services: [String] = []
  /// Service through which principals make the call; empty for direct calls.
  var via: [String] = []
  var isDataEvent = false
  /// Recorded in us-east-1 only.
  var isGlobal = false
  /// Happens in the account's primary region only.
  var isHome = false
  var requestID = RequestIDStyle.uuid
  var host = HostStyle.regional
  var errors: [KindError] = []
  var eventType = "AwsApiCall"
  /// Name of a variant that only incidents use; the catalogue finds it as `service:Event#story`.
  var story = ""
  /// A sign-in: the caller has no credentials yet.
  var isSignIn = false
  /// A call to Identity Center by one of its users.
  var isIdentityCenter = false
  /// The serviceEventDetails object of events that are not API calls.
  var serviceDetails: String?
  /// Resource named by AccessDenied messages.
  var denied = "*"

  /// How the service writes request IDs.
  enum RequestIDStyle: Sendable {
    case uuid, s3, dynamo, none
  }
}

/// A failure that a kind of event shows besides missing permissions.
struct KindError: Sendable {
  var code: String
  var message: String

  init(_ code: String, _ message: String) {
    self.code = code
    self.message = message
  }
}

/// The versions and endpoint names of the services in the catalogue.
struct ServiceVersions: Sendable {
  private let endpoints: [String]
  private let first: [Int]
  private let switchTimes: [Int]

  /// Every service moves up one eventVersion at a moment of its own, as AWS rolls versions out.
  init(sources: [String], seed: UInt64, start: Int, dayCount: Int) {
    endpoints = sources.map { String($0.prefix { $0 != "." }) }
    first = sources.indices.map { 8 + scaled(mix(seed, UInt64($0) &+ 0x7E45), below: 3) }
    switchTimes = sources.indices.map {
      start + scaled(mix(seed, UInt64($0) &+ 0x5117C4), below: max(dayCount, 1) * 86_400 * 2)
    }
  }

  func endpoint(service: Int) -> String { endpoints[service] }

  func version(service: Int, time: Int) -> StaticString {
    switch first[service] + (time >= switchTimes[service] ? 1 : 0) {
    case 8: return "1.08"
    case 9: return "1.09"
    case 10: return "1.10"
    default: return "1.11"
    }
  }
}
