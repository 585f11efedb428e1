import Cairn
import Dispatch
import Glibc

/// A line on standard error that says how far work is, where a person waits for longer than a second. Rows on the same
/// terminal end it.
final class ProgressMeter: @unchecked Sendable {
  /// What is known of the work.
  struct State {
    /// What is being done.
    var phase = "reading"
    /// The part that is done, 0 to 1; nil where nobody knows.
    var fraction: Double?
    /// Bytes that are done.
    var bytes = 0
    /// What else is counted, before the bytes.
    var counts = ""
    /// What is done and what comes then, where all of `bytes` are.
    var end = "read %; sorting and writing"

    /// Of the objects of an archive.
    init(_ phase: String, _ counts: WorkProgress.Counts) {
      self.phase = phase
      bytes = counts.byteCount
      fraction =
        counts.totalByteCount > 0
        ? min(1, Double(counts.byteCount) / Double(counts.totalByteCount)) : nil
      self.counts = "\(formatCount(counts.objects)) objects, "
      end = "\(phase) %"
    }

    /// Of an investigation: the bar is that of the statement that runs.
    init(_ progress: InvestigationProgress) {
      let number = progress.statement
      if number > 1 { phase = "reading, step \(number)" }
      (bytes, fraction) = (progress.bytesRead, progress.fraction)
      end = "\(phase) %"
    }

    init() {}
  }

  private let timer: any DispatchSourceTimer
  private let start = monotonicSeconds()
  private let look: @Sendable (inout State) -> Void
  private let lock = Lock()
  private var isShown = false
  private var isEnded = false
  nonisolated(unsafe) private static var current: ProgressMeter?

  /// Seconds, or for tests what `CAIRN_PROGRESS_AFTER` says.
  private static let delay =
    getenv("CAIRN_PROGRESS_AFTER").flatMap { Double(String(cString: $0)) } ?? 1
  private static let interval = 0.2
  private static let barWidth = 20

  /// Nil where nobody looks.
  static func start(isWanted: Bool, _ look: @escaping @Sendable (inout State) -> Void) -> ProgressMeter? {
    guard isWanted, isTerminal(2) else { return nil }
    let meter = ProgressMeter(look)
    current = meter
    return meter
  }

  private init(_ look: @escaping @Sendable (inout State) -> Void) {
    self.look = look
    timer = DispatchSource.makeTimerSource(queue: .global())
    timer.schedule(deadline: .now() + Self.delay, repeating: Self.interval)
    timer.setEventHandler { [weak self] in self?.show() }
    timer.resume()
  }

  /// Takes the line away for good. May be called again.
  func end() {
    timer.cancel()
    lock.withLock {
      isEnded = true
      if isShown { writeError("\r\u{1B}[K") }
      isShown = false
      Signals.noteProgress(false)
    }
    if Self.current === self { Self.current = nil }
  }

  /// Rows or messages come: they are what a person wants to see.
  static func rest() { current?.end() }

  private func show() {
    var state = State()
    look(&state)
    let line = Self.line(state, seconds: monotonicSeconds() - start, width: terminalWidth())
    lock.withLock {
      if isEnded { return }
      writeError("\r\u{1B}[K" + line)
      isShown = true
      Signals.noteProgress(true)
    }
  }

  /// `reading  ████████░░░░░░░░░░░░  41%  512 MB, 210 MB/s, 3 s left`, in one line of the terminal: without the counts
  /// where these do not fit, and cut where nothing else helps.
  static func line(_ state: State, seconds: Double, width: Int = .max) -> String {
    let line = text(state, seconds: seconds)
    if line.count < width { return line }
    var state = state
    state.counts = ""
    return String(text(state, seconds: seconds).prefix(max(0, width - 1)))
  }

  private static func text(_ state: State, seconds: Double) -> String {
    guard state.bytes > 0 else {
      return "\(state.phase == "reading" ? "working" : state.phase), \(duration(seconds))"
    }
    let speed = formatBytes(Int(Double(state.bytes) / max(0.001, seconds)))
    let rate = "\(state.counts)\(formatBytes(state.bytes)), \(speed)/s"
    guard let fraction = state.fraction else { return "\(state.phase)  \(rate), \(duration(seconds))" }
    if fraction >= 1 {
      let parts = state.end.split(separator: "%", omittingEmptySubsequences: false)
      return parts.joined(separator: rate) + ", \(duration(seconds))"
    }
    let full = min(barWidth, max(0, Int(fraction * Double(barWidth))))
    let bar = String(repeating: "█", count: full) + String(repeating: "░", count: barWidth - full)
    let left = fraction > 0.01 ? ", \(duration(seconds * (1 - fraction) / fraction)) left" : ""
    return "\(state.phase)  \(bar)  \(Int(fraction * 100))%  \(rate)\(left)"
  }

  /// `45 s`, `12 min`, `3 h 5 min`.
  private static func duration(_ seconds: Double) -> String {
    if seconds < 120 { return "\(fixed(seconds, 0)) s" }
    let minutes = Int((seconds / 60).rounded())
    return minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
