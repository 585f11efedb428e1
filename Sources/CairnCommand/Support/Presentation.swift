import ArgumentParser
import Glibc

/// Whether output has colours.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never

  /// What it means for a descriptor: `auto` is a terminal that can show them, unless `NO_COLOR` is set.
  func hasColor(_ descriptor: Int32) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto:
      isatty(descriptor) == 1 && !Self.isSet("NO_COLOR")
        && getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
    }
  }

  private static func isSet(_ name: String) -> Bool { getenv(name).map { $0.pointee != 0 } ?? false }
}

/// How standard output looks: settled once the options are known, and the same behind a pager.
struct Presentation {
  /// Whether people read it: a terminal, be it behind a pager.
  var isTerminal: Bool
  var hasColor: Bool
  /// Whether long values are shown whole.
  var isFull = false

  /// Whether what values hold must not act on a terminal: coloured output is for one, though it go through a pipe.
  var escapes: Bool { isTerminal || hasColor }

  /// What standard output is like before any option says otherwise.
  static var unasked: Presentation {
    Presentation(isTerminal: isatty(1) == 1, hasColor: ColorChoice.auto.hasColor(1))
  }

  func paint(_ text: String, _ ink: Ink) -> String {
    hasColor && !text.isEmpty ? ink.start + text + Ink.end : text
  }
}

/// What parts of the output look like; the terminal's own colours, so that they suit its background.
enum Ink: String {
  case strong = "1"
  case faint = "2"
  case failure = "31"
  case text = "32"
  case caution = "33"
  case name = "34"
  case call = "36"

  var start: String { "\u{1B}[\(rawValue)m" }
  static let end = "\u{1B}[0m"
}
