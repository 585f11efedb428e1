/// What the tests measure over a whole history.
struct HistoryStatistics: Sendable {
  var recordCount = 0
  var objectSizes: [Int] = []
  var jsonByteCount = 0
  var compressedByteCount = 0
  var objectsOutOfOrder = 0
  var objectsWithSeveral = 0
  var fieldBytes: [String: Int] = [:]
  var kinds: [String: Int] = [:]
  var sources: [String: Int] = [:]
  var versions: [String: Int] = [:]
  var identityTypes: [String: Int] = [:]
  var userAgents: Set<String> = []
  var addresses: Set<String> = []
  var shapes: Set<Int> = []
  var paths: Set<String> = []
  var nullPaths: Set<String> = []
  var maxResultsKinds: Set<UInt8> = []
  var errorCount = 0
  var lateCount = 0
  var malformedTimes = 0
  var tokenBits = 0
  /// Seen random tokens, so that repeats count nothing.
  private var tokens: Set<Int> = []
  /// Where each event ID was seen: object and hash of the record's bytes.
  var deliveries: [String: [(object: Int, hash: Int)]] = [:]
  /// Event IDs by sharedEventID, with the account that recorded them.
  var shared: [String: [(eventID: String, account: String, requestID: String)]] = [:]
  /// First time at which a key was returned.
  var issued: [String: String] = [:]
  /// Keys of assumed roles with the first and last time of use.
  var used: [String: (first: String, last: String)] = [:]
  var spellings: [String: Int] = [:]

  mutating func add(_ object: DeliveredObject) {
    let ranges = JSONScanner.records(object.json)
    objectSizes.append(ranges.count)
    jsonByteCount += object.json.count
    compressedByteCount += object.compressedByteCount
    var times = [String]()
    for range in ranges {
      let record = Record(object.json, range)
      add(record, object: objectSizes.count, key: object.key)
      times.append(record.text("eventTime"))
    }
    guard times.count > 1 else { return }
    objectsWithSeveral += 1
    if times != times.sorted() { objectsOutOfOrder += 1 }
  }

  private mutating func add(_ record: Record, object: Int, key: String) {
    recordCount += 1
    let time = record.text("eventTime")
    for field in record.scanner.fields { fieldBytes[field.name, default: 0] += field.range.count + 1 }
    kinds[record.text("eventSource") + " " + record.text("eventName"), default: 0] += 1
    sources[record.text("eventSource"), default: 0] += 1
    versions[record.text("eventVersion"), default: 0] += 1
    identityTypes[record.text("userIdentity.type"), default: 0] += 1
    userAgents.insert(record.text("userAgent"))
    addresses.insert(record.text("sourceIPAddress"))
    if record.has("errorCode") { errorCount += 1 }
    if time.utf8.count != 20 || !time.hasSuffix("Z") { malformedTimes += 1 }
    if Self.delay(from: time, key: key) > 25 { lateCount += 1 }
    addShape(record)
    addLinks(record, object: object, time: time)
    addTokens(record)
  }

  private mutating func addShape(_ record: Record) {
    var hasher = Hasher()
    var previous = ""
    for leaf in record.scanner.leaves {
      // Repeats of array elements do not make a new shape.
      if leaf.path != previous { hasher.combine(leaf.path) }
      previous = leaf.path
      paths.insert(leaf.path)
      let first = record.json[leaf.range.lowerBound]
      if first == UInt8(ascii: "n") { nullPaths.insert(leaf.path) }
      if leaf.path == "requestParameters.maxResults" { maxResultsKinds.insert(first == 0x22 ? 0x22 : 0x30) }
      if first != 0x22, leaf.range.count > 2, record.json[leaf.range].suffix(2).elementsEqual([0x2E, 0x30]) {
        spellings["0.0", default: 0] += 1
      }
      if first != 0x22, record.json[leaf.range].contains(UInt8(ascii: "E")) {
        spellings["E9", default: 0] += 1
      }
    }
    shapes.insert(hasher.finalize())
    let hasTags =
      record.has(suffix: ".TagSpecification.tag") && record.has(containing: ".TagSpecification.Tag")
    if hasTags { spellings["tag beside Tag", default: 0] += 1 }
    for escape in ["\\u003d", "\\u0026", "\\u003c", "\\u003e", "\\u202f", "\\n"]
    where record.contains(escape) { spellings[escape, default: 0] += 1 }
  }

  private mutating func addLinks(_ record: Record, object: Int, time: String) {
    let eventID = record.text("eventID")
    let isNew = deliveries[eventID] == nil
    deliveries[eventID, default: []].append((object, record.hash))
    if isNew, record.has("sharedEventID") {
      shared[record.text("sharedEventID"), default: []].append(
        (eventID, record.text("recipientAccountId"), record.text("requestID")))
    }
    let returned = record.text("responseElements.credentials.accessKeyId")
    if !returned.isEmpty { issued[returned] = min(issued[returned] ?? "9", time) }
    guard record.text("userIdentity.type") == "AssumedRole" else { return }
    let key = record.text("userIdentity.accessKeyId")
    let seen = used[key] ?? (time, time)
    used[key] = (min(seen.first, time), max(seen.last, time))
  }

  /// Adds the entropy of the record's random tokens that were not seen before.
  private mutating func addTokens(_ record: Record) {
    for leaf in record.scanner.leaves {
      let value = record.json[
        (leaf.range.lowerBound + 1)..<max(leaf.range.upperBound - 1, leaf.range.lowerBound + 1)]
      let bits = Self.entropy(of: value, path: leaf.path)
      if bits > 0, tokens.insert(value.hashValue).inserted { tokenBits += bits }
    }
  }

  /// Bits of a value that is a random token as a whole; parts of longer texts are not counted.
  private static func entropy(of value: ArraySlice<UInt8>, path: String) -> Int {
    if path.hasSuffix("x-amz-id-2") { return 6 * value.count { $0 != 0x3D } }
    if path.hasSuffix("sessionToken") { return 6 * (value.count - 17 - 12) }
    if path == "requestID", value.count == 16 || value.count == 52 { return 5 * value.count }
    if path.hasSuffix("credentials.accessKeyId") { return 40 }
    let isUUID = value.count == 36 && value[value.startIndex + 14] == 0x34 && value.count { $0 == 0x2D } == 4
    return isUUID ? 122 : 0
  }

  /// Minutes from an event to the minute in its object's name.
  private static func delay(from time: String, key: String) -> Int {
    let parts = key.split(separator: "_")
    guard parts.count > 3, let stamp = parts.dropLast().last else { return 0 }
    func digits(_ text: some StringProtocol, _ range: Range<Int>) -> Int {
      let bytes = Array(text.utf8)
      return range.upperBound <= bytes.count ? Int(String(decoding: bytes[range], as: UTF8.self)) ?? 0 : 0
    }
    let delivered = digits(stamp, 6..<8) * 1_440 + digits(stamp, 9..<11) * 60 + digits(stamp, 11..<13)
    let happened = digits(time, 8..<10) * 1_440 + digits(time, 11..<13) * 60 + digits(time, 14..<16)
    // Ends of months wrap; those few records do not matter here.
    return delivered < happened ? 0 : delivered - happened
  }
}

/// One record with its leaves by path.
struct Record {
  let json: [UInt8]
  let range: Range<Int>
  let scanner: JSONScanner
  private let values: [String: Range<Int>]

  init(_ json: [UInt8], _ range: Range<Int>) {
    self.json = json
    self.range = range
    scanner = JSONScanner.scan(json, range)
    values = Dictionary(scanner.leaves.map { ($0.path, $0.range) }, uniquingKeysWith: { first, _ in first })
  }

  var hash: Int { json[range].hashValue }

  func has(_ path: String) -> Bool { values[path] != nil }

  func has(suffix: String) -> Bool { values.keys.contains { $0.hasSuffix(suffix) } }

  func has(containing part: String) -> Bool { values.keys.contains { $0.contains(part) } }

  /// The string at a path, or empty text.
  func text(_ path: String) -> String {
    guard let range = values[path], range.count >= 2 else { return "" }
    return String(decoding: json[(range.lowerBound + 1)..<(range.upperBound - 1)], as: UTF8.self)
  }

  func contains(_ part: String) -> Bool {
    let wanted = Array(part.utf8)
    return json.withUnsafeBufferPointer { buffer in
      let whole = UnsafeBufferPointer(rebasing: buffer[range])
      guard let first = wanted.first, wanted.count <= whole.count else { return false }
      for start in 0...(whole.count - wanted.count) where whole[start] == first {
        if wanted.indices.allSatisfy({ whole[start + $0] == wanted[$0] }) { return true }
      }
      return false
    }
  }
}
