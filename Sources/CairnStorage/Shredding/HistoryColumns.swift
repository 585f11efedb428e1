/// The columns of the event history's download: records are made of its rows with the names that CloudTrail's have.
struct HistoryColumns {
  /// Where a column's value goes; nil for one that keeps its name.
  private let places: [Place]

  private enum Place {
    case member(String)
    case identity(String)
  }

  /// By the column's name in lower-case letters alone.
  private static let members = [
    "eventid": "eventID", "eventname": "eventName", "eventtime": "eventTime", "eventsource": "eventSource",
    "awsregion": "awsRegion", "sourceipaddress": "sourceIPAddress", "readonly": "readOnly",
    "errorcode": "errorCode", "errormessage": "errorMessage", "requestid": "requestID",
    "eventversion": "eventVersion", "eventtype": "eventType", "eventcategory": "eventCategory",
    "useragent": "userAgent", "recipientaccountid": "recipientAccountId",
  ]
  private static let identities = [
    "username": "userName", "awsaccesskey": "accessKeyId", "accesskeyid": "accessKeyId",
  ]

  /// Nil where it is no table of events.
  init?(_ names: [String]) {
    var found: Set<String> = []
    places = names.map { name in
      let letters = String(decoding: name.utf8.map { $0 | 0x20 }.filter { $0 &- 0x61 < 26 }, as: UTF8.self)
      found.insert(letters)
      if let identity = Self.identities[letters] { return .identity(identity) }
      return .member(Self.members[letters] ?? name)
    }
    guard found.isSuperset(of: ["eventname", "eventtime"]) else { return nil }
  }

  /// Nil where the row has other columns than the head.
  func record(_ cells: [[UInt8]]) -> [UInt8]? {
    guard cells.count == places.count else { return nil }
    var members: [[UInt8]] = []
    var identity: [[UInt8]] = []
    for (place, cell) in zip(places, cells) where !cell.isEmpty && cell != [UInt8(ascii: "-")] {
      switch place {
      case .identity(let name): identity.append(Self.member(name, Self.string(cell)))
      case .member("eventTime"):
        members.append(Self.member("eventTime", Self.string(HistoryTime.standard(cell))))
      case .member("readOnly") where cell.elementsEqual("true".utf8) || cell.elementsEqual("false".utf8):
        members.append(Self.member("readOnly", cell))
      case .member(let name): members.append(Self.member(name, Self.string(cell)))
      }
    }
    if !identity.isEmpty { members.append(Self.member("userIdentity", Self.object(identity))) }
    return Self.object(members)
  }

  private static func object(_ members: [[UInt8]]) -> [UInt8] {
    [UInt8(ascii: "{")] + members.joined(separator: [UInt8(ascii: ",")]) + [UInt8(ascii: "}")]
  }

  private static func member(_ name: String, _ value: [UInt8]) -> [UInt8] {
    string(Array(name.utf8)) + [UInt8(ascii: ":")] + value
  }

  private static func string(_ value: [UInt8]) -> [UInt8] {
    var output = RawVector<UInt8>(capacity: value.count + 8)
    defer { output.free() }
    output.append(UInt8(ascii: "\""))
    value.withUnsafeBufferPointer { StringSpelling.append($0, style: .minimal, to: &output) }
    output.append(UInt8(ascii: "\""))
    return Array(output.buffer)
  }
}

/// `January 01, 2024, 00:01:00 (UTC+00:00)`, as the console spells times.
enum HistoryTime {
  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
  ]

  /// The time as CloudTrail spells it, or what was there.
  static func standard(_ text: [UInt8]) -> [UInt8] {
    let words = String(decoding: text, as: UTF8.self).split { ", ()".contains($0) }
    guard words.count == 5, let month = months.firstIndex(where: { $0 == words[0] }),
      let day = Int(words[1]), (1...31).contains(day), words[2].count == 4, let year = Int(words[2]),
      words[3].count == 8, words[4].hasPrefix("UTC")
    else { return text }
    let zone = words[4].dropFirst(3)
    let suffix = zone.isEmpty || zone == "+00:00" ? "Z" : String(zone)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let time = Array("\(year)-\(two(month + 1))-\(two(day))T\(words[3])\(suffix)".utf8)
    return time.withUnsafeBufferPointer { EventTime.parse($0) } == nil ? text : time
  }
}
