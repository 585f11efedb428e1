import Cairn
import Glibc

/// What was typed in former shells: one entry a line, readable by its owner only, since queries tell what someone
/// looks for. A history that cannot be kept is no error.
final class HistoryFile {
  private let path: String?
  private var last: String?
  /// Entries kept when the file is loaded and has grown beyond twice as many.
  private static let entryLimit = 1000
  /// Longer files are none of ours.
  private static let byteLimit = 16 << 20

  init() { path = Self.place() }

  /// `$XDG_STATE_HOME/cairn/history`, else `~/.local/state/cairn/history`.
  private static func place() -> String? {
    func variable(_ name: String) -> String? {
      getenv(name).map { String(cString: $0) }.flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    guard let state = variable("XDG_STATE_HOME") ?? variable("HOME").map({ $0 + "/.local/state" }) else {
      return nil
    }
    return state + "/cairn/history"
  }

  /// Entries, oldest first.
  func load() -> [String] {
    guard let path, let bytes = try? File.readAll(path, limit: Self.byteLimit) else { return [] }
    let lines = bytes.split(separator: 0x0A)
    let kept = Array(lines.suffix(Self.entryLimit))
    if lines.count > 2 * Self.entryLimit { rewrite(kept) }
    let entries = kept.map { Self.unescape(String(decoding: $0, as: UTF8.self)) }
    last = entries.last
    return entries
  }

  /// Adds what was typed and gives its entry; nil where it repeats the last one.
  func add(_ text: String) -> String? {
    // On one line where that means the same: it is easier to edit.
    let entry = text.contains("--") || text.contains("#") ? text : String(text.map { $0 == "\n" ? " " : $0 })
    guard entry != last else { return nil }
    last = entry
    append(Array((Self.escape(entry) + "\n").utf8))
    return entry
  }

  private func append(_ line: [UInt8]) {
    guard let path else { return }
    try? Directory.createAll(String(path.dropLast("/history".count)))
    let descriptor = uninterrupted { open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600) }
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    fchmod(descriptor, 0o600)
    _ = line.withUnsafeBytes { writeAll($0, to: descriptor) }
  }

  private func rewrite(_ lines: [ArraySlice<UInt8>]) {
    guard let path else { return }
    let temporary = path + ".new"
    unlink(temporary)
    let descriptor = uninterrupted { open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600) }
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(lines.joined(separator: [0x0A])) + [0x0A]
    let isWhole = bytes.withUnsafeBytes { writeAll($0, to: descriptor) }
    if isWhole { rename(temporary, path) } else { unlink(temporary) }
  }

  private static func escape(_ text: String) -> String {
    text.reduce(into: "") { $0 += $1 == "\\" ? "\\\\" : $1 == "\n" ? "\\n" : String($1) }
  }

  private static func unescape(_ line: String) -> String {
    var output = ""
    var isEscaped = false
    for character in line {
      if isEscaped {
        output.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        output.append(character)
      }
    }
    return output
  }
}
