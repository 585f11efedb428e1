/// A regular expression of S52.
struct RegexPattern: Sendable {
  struct Failure: Error { let message: String }

  init(_ pattern: [UInt8]) throws(Failure) {
    throw Failure(message: "is not supported yet")
  }

  func matches(_ text: [UInt8]) -> Bool { false }
}
