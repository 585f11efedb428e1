import Cairn
import CairnTestSupport
import Foundation

/// Strings that want to act, hide, break or forge, as values, keys, names of files and of the archive itself.
enum HostileCorpus {
  static let strings: [String] = [
    "\u{1B}[2J\u{1B}[H", "\u{1B}]0;title\u{07}", "\u{1B}]8;;http://x\u{1B}\\link\u{1B}]8;;\u{1B}\\",
    "\u{9B}31m",
    "\u{1B}P1$r\u{1B}\\", "\u{90}q\u{9C}", "\u{1B}c", "\u{1B}(0", "\u{0E}\u{0F}", "\u{8}\u{8}\u{8}x",
    "\u{05}",
    "\u{202E}abc\u{202C}", "\u{2066}x\u{2069}", "\u{61C}\u{200F}\u{200E}",
    "\u{200B}\u{200D}\u{FEFF}\u{2060}\u{AD}",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "</textarea></pre><svg onload=alert(1)>",
    "\"><a href=\"javascript:alert(1)\">", "]]><!--", "&lt;&#60;", "![x](http://x/y.png)",
    "[x](javascript:alert(1))",
    "| a | b |", "` code `", "\\|", "=1+1", "=cmd|' /C calc'!A0", "+1", "-1+2", "@SUM(1)", "x;=1", "\t=1",
    "\r=1",
    "＝1", "＋1", "－1", "＠1", "\"=1", "a\tb\rc\u{0B}\u{0C}", "\u{7F}\u{85}\u{2028}\u{2029}",
    "line\n\(HostileText.forgery)", "return\r\(HostileText.forgery)", "both\r\n\(HostileText.forgery)",
    "next\u{85}\(HostileText.forgery)", "\u{0}nul\u{0}",
    "e" + String(repeating: "\u{0301}", count: 30), "日本語😀🇩🇪", "👨‍👩‍👧‍👦️", "\u{3164}\u{115F}\u{FFA0}\u{180E}",
    "\u{E0041}\u{E0042}", "\u{FFFE}\u{FFFF}\u{10FFFF}", "' OR 1=1 --", "`rm -rf ~`", "$(touch x)", "%s%n%1$s",
    "{{7*7}}", "../../../etc/passwd", "--help", "", " ", "NULL", "null", "true", "1e999", "0x10", "-0",
    String(repeating: "é", count: 5000), String(repeating: "W", count: longCount),
    String(repeating: "\u{1B}[2J", count: 2000),
  ]

  private static let longCount = ProcessInfo.processInfo.environment["CAIRN_LONG"] == nil ? 1 << 16 : 1 << 20

  static func json(_ text: String) throws -> String {
    String(
      decoding: try JSONSerialization.data(withJSONObject: text, options: .fragmentsAllowed), as: UTF8.self)
  }

  private static func record(_ index: Int, value: String, key: String) -> String {
    let minute = String(10 + index / 60), second = String(10 + index % 50)
    return
      #"{"eventTime":"2024-05-01T00:\#(minute):\#(second)Z","eventSource":"s3.amazonaws.com","eventName":\#(value),"#
      + #""awsRegion":\#(key),"eventID":"id\#(index)","errorCode":"AccessDenied","errorMessage":\#(value),"sourceIPAddress":"203.0.113.7","#
      + #""userAgent":\#(key),"userIdentity":{"type":"IAMUser","userName":\#(key),"arn":\#(key),"accessKeyId":"AKIAQWERTYUIOPASDFGH"},"#
      + #""requestParameters":{\#(key):\#(value),"cluster":"c","service":"s"},"recipientAccountId":\#(key)}"#
  }

  /// A string as the name of a file, which may be no longer than 255 bytes.
  static func name(_ text: String) -> String {
    let plain = text.unicodeScalars.filter { $0 != "/" && $0 != "\0" }
    return String(String.UnicodeScalarView(plain.prefix(40)))
  }

  /// The objects: the records of most strings in one, and one each for those that are names of files too. One has a
  /// record that is none.
  static func objects() throws -> [(key: String, bytes: [UInt8])] {
    var records: [String] = []
    var objects: [(key: String, bytes: [UInt8])] = []
    for (index, text) in strings.enumerated() {
      let record = record(index, value: try json(text), key: try json(String(text.prefix(200))))
      // Such names are in an object's key and after that in messages.
      if index % 3 == 0, !name(text).isEmpty, name(text) != " " {
        objects.append(("\(index)\(name(text)).json", Array(#"{"Records":[\#(record)]}"#.utf8)))
      } else {
        records.append(record)
      }
    }
    // What JSON may spell and text may not have.
    for (index, escape) in [#""\udfff\ud800""#, #""\ud83d""#, #""\u0000\u001b[2J\u202e""#].enumerated() {
      records.append(record(400 + index, value: escape, key: escape))
    }
    objects.append(("a.json", Array(#"{"Records":[\#(records.joined(separator: ","))]}"#.utf8)))
    objects.append(
      (
        "bad\u{1B}[2J\n\(HostileText.forgery)\u{202E}.json",
        Array(#"{"Records":[{"eventTime":\#u{1B}[2J}]}"#.utf8)
      ))
    return objects
  }
}
