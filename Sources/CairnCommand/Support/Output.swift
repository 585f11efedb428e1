import Cairn
import Glibc

/// Data goes to standard output, everything else to standard error. What messages quote cannot act on the terminal, nor
/// begin a line of its own there unless `hasLines` says that the message has several.
func printError(_ message: String, hasLines: Bool = false) {
  ProgressMeter.rest()
  let text = escapeForTerminal(message, keeping: hasLines ? ["\n", "\t"] : [])
  guard StandardOutput.shared.errorsHaveColor else { return writeError(text + "\n") }
  for (start, ink) in [("cairn: warning:", Ink.caution), ("cairn:", .failure)] where text.hasPrefix(start) {
    return writeError(ink.start + start + Ink.end + text.dropFirst(start.count) + "\n")
  }
  writeError(text + "\n")
}

/// Text on standard error as it is, for lines that are rewritten.
func writeError(_ text: String) {
  let bytes = Array(text.utf8)
  _ = bytes.withUnsafeBytes { writeAll($0, to: 2) }
}

/// Buffered standard output whose failures are errors, a closed pipe among them.
final class StandardOutput: @unchecked Sendable {
  static let shared = StandardOutput()
  private var pending: [UInt8] = []
  private static let flushByteCount = 1 << 16
  /// The file that is written instead, and what it is called until it is whole; the same where it is a device or a
  /// pipe.
  private var file: (path: String, temporary: String)?
  /// How what is written looks.
  private(set) var presentation = Presentation.unasked
  /// Whether messages on standard error have colours.
  private(set) var errorsHaveColor = ColorChoice.auto.hasColor(2)
  /// What shows output that is longer than the screen; nil where nothing does.
  private(set) var pagerCommand: String?
  private var pager: Pager?

  private var lineCount = 0
  private var color = ColorChoice.auto

  /// Takes what options say of the looks. Called once, after `redirect` if at all.
  func present(_ color: ColorChoice, isFull: Bool) {
    self.color = color
    presentation.isFull = isFull
    errorsHaveColor = color.hasColor(2)
    settle()
  }

  private func settle() {
    presentation.isTerminal = isatty(1) == 1
    presentation.hasColor = color.hasColor(1)
    pagerCommand = presentation.isTerminal ? Pager.command : nil
  }

  /// Does some work whose output goes to a file: added to what it has, or in its place as `redirect` does.
  ///
  /// Throws `CairnError.io`, and what the work throws.
  func writing(to path: String, appends: Bool, _ work: () throws -> Void) throws {
    try flush()
    let saved = fcntl(1, F_DUPFD_CLOEXEC, 3)
    guard saved >= 0 else { throw CairnError.io(path: path, action: "write", errno: errno) }
    defer {
      _ = uninterrupted { dup2(saved, 1) }
      close(saved)
      settle()
    }
    do {
      try redirect(to: path, appends: appends)
      settle()
      try work()
      try finish()
    } catch {
      pending = []
      abandon()
      throw error
    }
    file = nil
  }

  /// Empties a file, made where there is none.
  ///
  /// Throws `CairnError.io`.
  func truncate(_ path: String) throws {
    let descriptor = uninterrupted { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
    guard descriptor >= 0 else { throw CairnError.io(path: path, action: "write", errno: errno) }
    close(descriptor)
  }

  /// Waits until the pager is left, if there is one: the terminal is free again.
  ///
  /// Throws as `flush` does.
  func endPaging() throws {
    defer {
      lineCount = 0
      pager?.end()
      pager = nil
    }
    try flush()
  }

  /// Writes to a file from here on. It has its name once `finish` says that it is whole.
  ///
  /// Throws `CairnError.io`.
  func redirect(to path: String, appends: Bool = false) throws {
    try flush()
    var status = stat()
    let isThere = uninterrupted { stat(path, &status) } == 0
    let isPlain = !appends && (!isThere || status.st_mode & S_IFMT == S_IFREG)
    let temporary = isPlain ? "\(path).\(getpid()).tmp" : path
    let descriptor = uninterrupted {
      isPlain
        ? open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        : open(temporary, O_WRONLY | O_CLOEXEC | (appends ? O_APPEND : 0))
    }
    guard descriptor >= 0, uninterrupted({ dup2(descriptor, 1) }) == 1 else {
      throw CairnError.io(path: path, action: "write", errno: errno)
    }
    close(descriptor)
    file = (path, temporary)
  }

  /// Gives the file its name, with all that was written in it.
  ///
  /// Throws `CairnError.io`.
  func finish() throws {
    try endPaging()
    guard let file, file.path != file.temporary else { return }
    guard uninterrupted({ fsync(1) }) == 0, rename(file.temporary, file.path) == 0 else {
      throw CairnError.io(path: file.path, action: "write", errno: errno)
    }
    self.file = nil
  }

  /// Leaves no part of a file behind.
  func abandon() {
    try? endPaging()
    guard let file, file.path != file.temporary else { return }
    unlink(file.temporary)
    self.file = nil
  }

  func write(_ text: String) throws {
    pending.append(contentsOf: text.utf8)
    if pending.count >= Self.flushByteCount { try flush() }
  }

  func write(_ bytes: [UInt8]) throws {
    pending += bytes
    if pending.count >= Self.flushByteCount { try flush() }
  }

  func write(_ bytes: UnsafeBufferPointer<UInt8>) throws {
    pending.append(contentsOf: bytes)
    if pending.count >= Self.flushByteCount { try flush() }
  }

  func flush() throws {
    if !pending.isEmpty, presentation.isTerminal { ProgressMeter.rest() }
    if let pagerCommand, pager == nil {
      lineCount += pending.count { $0 == 0x0A }
      if lineCount >= terminalHeight() { pager = Pager(pagerCommand) }
    }
    guard pending.withUnsafeBytes({ writeAll($0, to: 1) }) else {
      if pager != nil, errno == EPIPE {
        pending = []
        throw PagerLeft()
      }
      throw CairnError.io(path: file?.path ?? "standard output", action: "write", errno: errno)
    }
    pending.removeAll(keepingCapacity: true)
  }
}

/// `1.2 GB` in decimal units, as disks and clouds count.
func formatBytes(_ count: Int) -> String {
  let units = ["B", "kB", "MB", "GB", "TB", "PB"]
  var value = Double(count)
  var unit = 0
  while value >= 1000, unit < units.count - 1 {
    value /= 1000
    unit += 1
  }
  return unit == 0 ? "\(count) B" : "\(fixed(value, value < 10 ? 2 : value < 100 ? 1 : 0)) \(units[unit])"
}

/// Thousands separated by commas.
func formatCount(_ count: Int) -> String {
  var text = ""
  for (index, digit) in String(count).reversed().enumerated() {
    if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}

/// A number with `digits` decimals.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, value.magnitude < 1e15 else { return "-" }
  var scale = 1
  for _ in 0..<digits { scale *= 10 }
  let scaled = Int((value.magnitude * Double(scale)).rounded())
  let sign = value < 0 && scaled != 0 ? "-" : ""
  guard digits > 0 else { return "\(sign)\(scaled)" }
  let fraction = String(scaled % scale)
  return "\(sign)\(scaled / scale)." + String(repeating: "0", count: digits - fraction.count) + fraction
}

func monotonicSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Whether a descriptor is a terminal; of standard output, be it behind a pager.
func isTerminal(_ descriptor: Int32) -> Bool {
  descriptor == 1 ? StandardOutput.shared.presentation.isTerminal : isatty(descriptor) == 1
}

/// Columns of the terminal, 80 where there is none.
func terminalWidth() -> Int { terminalSize().map { Int($0.ws_col) }.flatMap { $0 > 0 ? $0 : nil } ?? 80 }

/// Lines of the terminal, 24 where there is none.
func terminalHeight() -> Int { terminalSize().map { Int($0.ws_row) }.flatMap { $0 > 0 ? $0 : nil } ?? 24 }

/// Behind a pager standard output is a pipe.
private func terminalSize() -> winsize? {
  var size = winsize()
  return [1, 2, 0].contains { ioctl($0, UInt(TIOCGWINSZ), &size) == 0 } ? size : nil
}

/// Peak memory of this process in bytes: `VmHWM` of proc(5). What getrusage(2) says begins with that of the process that
/// started this one, and stands in where there is no /proc.
func peakMemory() -> Int {
  for line in processStatus().split(separator: "\n") where line.hasPrefix("VmHWM:") {
    if let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) {
      return kibibytes * 1024
    }
  }
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return Int(usage.ru_maxrss) * 1024
}

/// The beginning of `/proc/self/status`; empty where there is none.
private func processStatus() -> String {
  let descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC)
  if descriptor < 0 { return "" }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 4096)
  let count = read(descriptor, &bytes, bytes.count)
  return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
}

/// Log content shown on a terminal: characters that it might do something else with than show them, or that nobody
/// would see, become visible escapes, so that a record cannot move the cursor, change colours or hide.
func escapeForTerminal(_ text: String, keeping kept: Set<Unicode.Scalar> = []) -> String {
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
  var output = ""
  for scalar in text.unicodeScalars {
    if mayDeceive(scalar), !kept.contains(scalar) {
      output += visibleEscape(scalar)
    } else {
      output.unicodeScalars.append(scalar)
    }
  }
  return output
}

/// Records as they are, shown on a terminal: lines and indentation stay, bytes that are no UTF-8 are `\xFF`.
func escapeRawForTerminal(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
  if bytes.allSatisfy({ ($0 >= 0x20 && $0 < 0x7F) || $0 == 0x0A }) { return Array(bytes) }
  var output = ""
  // A carriage return is harmless before the line feed only: elsewhere it lets a line be written over.
  var hasReturn = false
  forEachScalar(Array(bytes)) { scalar, byte in
    if hasReturn { output += scalar == "\n" ? "\r" : "\\u{d}" }
    hasReturn = scalar == "\r"
    if hasReturn { return }
    if let byte {
      output += "\\x" + hexadecimal([byte]).uppercased()
    } else if let scalar {
      if mayDeceive(scalar), scalar != "\n", scalar != "\t" {
        output += visibleEscape(scalar)
      } else {
        output.unicodeScalars.append(scalar)
      }
    }
  }
  if hasReturn { output += "\\u{d}" }
  return Array(output.utf8)
}
