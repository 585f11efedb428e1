import CCairn
import Cairn
import Glibc

/// Where a text for the caller goes.
public typealias TextResult = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// A text for the caller, who gives it back to `cairn_text_free`.
func copied(_ text: String) -> UnsafeMutablePointer<CChar>? { text.withCString { strdup($0) } }

/// Calls `body` and gives the status of its outcome, and the text of its error.
func status(_ error: TextResult?, _ body: () throws -> Void) -> Int32 {
  do {
    error?.pointee = nil
    try body()
    return 0
  } catch let failure {
    error?.pointee = copied(message(failure))
    return (failure as? CairnError)?.exitCode ?? 1
  }
}

func message(_ error: any Error) -> String { (error as? CairnError)?.description ?? "\(error)" }

/// What stands in for a parameter that must not be null.
func missing(_ name: String) -> CairnError { CairnError.usage("\(name) is a null pointer") }

/// Texts of a caller. Throws where one is a null pointer.
func texts(
  _ pointers: UnsafePointer<UnsafePointer<CChar>?>?, _ count: Int64, _ name: String
) throws -> [String] {
  guard count > 0 else { return [] }
  guard let pointers else { throw missing(name) }
  return try (0..<Int(count)).map { index in
    guard let text = pointers[index] else { throw missing("\(name)[\(index)]") }
    return String(cString: text)
  }
}

/// A JSON object of numbers, texts and NULL.
func object(_ members: [(String, String)]) -> String {
  "{" + members.map { "\(quoted($0)): \($1)" }.joined(separator: ", ") + "}"
}

/// A JSON string.
func quoted(_ text: String) -> String {
  var output = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"", "\\": output += "\\\(scalar)"
    case _ where scalar.value < 0x20:
      let digits = String(scalar.value, radix: 16)
      output += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: output.unicodeScalars.append(scalar)
    }
  }
  return output + "\""
}

/// Texts that live as long as the process.
private enum Constant {
  nonisolated(unsafe) static let version = copied(cairnVersion)
}

@c @implementation public func cairn_version() -> UnsafePointer<CChar>! { UnsafePointer(Constant.version) }

@c @implementation public func cairn_text_free(_ text: UnsafeMutablePointer<CChar>!) { free(text) }

@c @implementation
public func cairn_time(_ text: UnsafePointer<CChar>!, _ milliseconds: UnsafeMutablePointer<Int64>!) -> Int32 {
  guard let text, let milliseconds, let time = parseTime(String(cString: text)) else { return 2 }
  milliseconds.pointee = time
  return 0
}
