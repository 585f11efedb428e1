import ArgumentParser
import CResources
import Cairn
import Glibc

/// The command line. Names of files are bytes, and arguments are texts: bytes that are no UTF-8 go through the parser
/// as private characters, one a byte, and become bytes again where a path is wanted.
enum Arguments {
  /// `U+10FE00` and the byte. The bytes of such a character itself go through one by one as well, so that nothing
  /// else becomes one.
  private static let base: UInt32 = 0x10FE00

  /// Arguments without the command's name. SQL that begins with a comment (`-- …`) is no option.
  ///
  /// Throws `CairnError.usage` where one is no text, and the command takes no names of sources.
  static func decoded() throws -> [String] {
    let raw = (1..<max(1, cairn_argument_count())).compactMap {
      cairn_argument($0).map { FilePath(cString: $0) }
    }
    let takesPaths = raw.first == FilePath("compact") || raw.first == FilePath("restore")
    let texts = try raw.map { argument in
      guard let text = takesPaths ? decode(argument.bytes) : String(validating: argument.bytes, as: UTF8.self)
      else {
        throw CairnError.usage("arguments must be UTF-8: \(argument.shown)")
      }
      return text.hasPrefix("-- ") || text.hasPrefix("--\n") ? "\n" + text : text
    }
    return try DefaultArchive.completed(withSigns(texts))
  }

  /// All of them as they were given, behind the command's name; what is no text shows so.
  static var words: [String] {
    (1..<max(1, cairn_argument_count())).compactMap { cairn_argument($0).map { String(cString: $0) } }
  }

  /// A message with the arguments that it quotes on one line each, whatever they hold.
  static func onOneLine(in message: String) -> String {
    var message = message
    for word in words where word.contains(where: \.isNewline) && !word.allSatisfy(\.isWhitespace) {
      // An option's value is quoted without it, and an unknown command without its dashes.
      for part in [word[...], word.drop { $0 != "=" }.dropFirst(), word.drop { $0 == "-" }]
      where !part.isEmpty {
        message = message.replacing(part, with: escapeForTerminal(String(part)))
      }
    }
    return message
  }

  /// `--limit -1` as one word: the parser would take the number for an option.
  private static func withSigns(_ arguments: [String]) -> [String] {
    var joined: [String] = []
    for argument in arguments {
      let digits = argument.dropFirst()
      if let option = joined.last, option.hasPrefix("--"), option.count > 2, !option.contains("="),
        argument.hasPrefix("-"), !digits.isEmpty, digits.allSatisfy({ "0"..."9" ~= $0 })
      {
        joined[joined.count - 1] = option + "=" + argument
      } else {
        joined.append(argument)
      }
    }
    return joined
  }

  static func decode(_ bytes: [UInt8]) -> String {
    var text = ""
    func append(_ byte: UInt8) {
      if let scalar = Unicode.Scalar(base + UInt32(byte)) { text.unicodeScalars.append(scalar) }
    }
    forEachScalar(bytes) { scalar, byte in
      if let byte {
        append(byte)
      } else if let scalar, isByte(scalar) {
        for byte in String(scalar).utf8 { append(byte) }
      } else if let scalar {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func isByte(_ scalar: Unicode.Scalar) -> Bool {
    (base..<(base + 0x100)).contains(scalar.value)
  }

  static func path(_ argument: String) -> FilePath {
    FilePath(
      argument.unicodeScalars.flatMap { scalar in
        isByte(scalar) ? [UInt8(truncatingIfNeeded: scalar.value - base)] : Array(String(scalar).utf8)
      })
  }

  /// An argument that must be text. Throws `CairnError.usage` where it is not.
  static func text(_ argument: String, of name: String) throws -> String {
    guard argument.unicodeScalars.contains(where: isByte) else { return argument }
    // The private characters themselves are texts.
    if let text = String(validating: path(argument).bytes, as: UTF8.self) { return text }
    throw CairnError.usage("\(name) must be UTF-8, and is \(path(argument).shown)")
  }
}
