/// What the tests measure over a whole history.
struct HistoryStatistics: Sendable {
  var recordCount = 0
  var objectSizes: [Int] = []
  var jsonByteCount = 0
  var compressedByteCount = 0
  var objectsOutOfOrder = 0
  var objectsWithSeveral = 0
  let table = PathTable()
  private var fieldCounts: [Int32: Int] = [:]
  var kinds: [String: Int] = [:]
  var sources: [String: Int] = [:]
  var versions: [String: Int] = [:]
  var identityTypes: [String: Int] = [:]
  var userAgents: Set<String> = []
  var addresses: Set<String> = []
  var shapes: Set<Int> = []
  private var pathNumbers: Set<Int32> = []
  private var nullNumbers: Set<Int32> = []
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

  /// Paths of leaves, as `requestParameters.filters[].key`.
  var pathCount: Int { pathNumbers.count }
  /// Paths whose value is null somewhere.
  var nullPaths: Set<String> { Set(nullNumbers.map { table.names[Int($0)] }) }
  /// Bytes of each top-level field, with its key and comma.
  func byteCount(_ field: String) -> Int { fieldCounts[table.identifier(field)] ?? 0 }

  mutating func add(_ object: DeliveredObject) {
    let ranges = Record.ranges(object.json)
    objectSizes.append(ranges.count)
    jsonByteCount += object.json.count
    compressedByteCount += object.compressedByteCount
    var times = [String]()
    for range in ranges {
      let record = Record(object.json, range, table)
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
    for field in record.fields { fieldCounts[field.path, default: 0] += field.range.count + 1 }
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
    let maxResults = table.identifier("requestParameters.maxResults")
    var hasher = Hasher()
    var previous: Int32 = -1
    for leaf in record.leaves {
      // Repeats of array elements do not make a new shape.
      if leaf.path != previous { hasher.combine(leaf.path) }
      previous = leaf.path
      pathNumbers.insert(leaf.path)
      let value = record.json[leaf.range]
      let first = value.first ?? 0
      if first == UInt8(ascii: "n") { nullNumbers.insert(leaf.path) }
      if leaf.path == maxResults { maxResultsKinds.insert(first == 0x22 ? 0x22 : 0x30) }
      if first == 0x22 { continue }
      if value.suffix(2).elementsEqual([0x2E, 0x30]) { spellings["0.0", default: 0] += 1 }
      if value.contains(UInt8(ascii: "E")) { spellings["E9", default: 0] += 1 }
    }
    shapes.insert(hasher.finalize())
    addSpellings(record)
  }

  /// Escapes, and the request of CreateFlowLogs, which has keys that differ only in case.
  private mutating func addSpellings(_ record: Record) {
    let flowLogs = "requestParameters.CreateFlowLogsRequest.TagSpecification."
    if record.has(flowLogs + "tag"), record.has(flowLogs + "Tag.Key") || record.has(flowLogs + "Tag[].Key") {
      spellings["tag beside Tag", default: 0] += 1
    }
    record.json.withUnsafeBufferPointer { json in
      var index = record.range.lowerBound
      while index < record.range.upperBound {
        if json[index] == 0x5C {
          let isUnicode = json[index + 1] == UInt8(ascii: "u")
          let escape = UnsafeBufferPointer(rebasing: json[index..<(index + (isUnicode ? 6 : 2))])
          spellings[String(decoding: escape, as: UTF8.self), default: 0] += 1
          index += 1
        }
        index += 1
      }
    }
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
    for leaf in record.leaves where leaf.range.count > 16 {
      let value = record.json[(leaf.range.lowerBound + 1)..<(leaf.range.upperBound - 1)]
      let bits = Self.entropy(of: value, path: table.names[Int(leaf.path)])
      if bits > 0, tokens.insert(value.hashValue).inserted { tokenBits += bits }
    }
  }

  /// Bits of a value that is a random token as a whole; parts of longer texts are not counted.
  private static func entropy(of value: ArraySlice<UInt8>, path: String) -> Int {
    let isUUID = value.count == 36 && value[value.startIndex + 14] == 0x34 && value.count { $0 == 0x2D } == 4
    if isUUID { return 122 }
    switch value.count {
    case 76 where path.hasSuffix("x-amz-id-2"),
      96 where path.hasSuffix("x-amz-id-2"):
      return 6 * value.count { $0 != 0x3D }
    case 16 where path == "requestID",
      52 where path == "requestID":
      return 5 * value.count
    case 20 where path.hasSuffix("credentials.accessKeyId"): return 40
    case 500... where path.hasSuffix("sessionToken"): return 6 * (value.count - 17 - 12)
    default: return 0
    }
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
