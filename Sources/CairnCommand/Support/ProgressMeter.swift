import Cairn
import Dispatch

/// A line on standard error that says how far work is, where a person waits for longer than a second. Rows on the same
/// terminal end it.
final class ProgressMeter: @unchecked Sendable {
  /// What is known of the work.
  struct State {
    /// The part that is done, 0 to 1; nil where nobody knows.
    var fraction: Double?
    /// Bytes read.
    var bytes = 0
  }

  private let timer: any DispatchSourceTimer
  private let start = monotonicSeconds()
  private let look: @Sendable (inout State) -> Void
  private let lock = Lock()
  private var isShown = false
  private var isEnded = false
  nonisolated(unsafe) private static var current: ProgressMeter?

  private static let delay = 1.0
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
    }
    if Self.current === self { Self.current = nil }
  }

  /// Rows or messages come: they are what a person wants to see.
  static func rest() { current?.end() }

  private func show() {
    var state = State()
    look(&state)
    let line = Self.line(state, seconds: monotonicSeconds() - start)
    lock.withLock {
      if isEnded { return }
      writeError("\r\u{1B}[K" + line)
      isShown = true
    }
  }

  /// `reading  ████████░░░░░░░░░░░░  41%  512 MB, 210 MB/s, 3 s left`
  static func line(_ state: State, seconds: Double) -> String {
    guard state.bytes > 0 else { return "working, \(fixed(seconds, 0)) s" }
    let rate = "\(formatBytes(state.bytes)), \(formatBytes(Int(Double(state.bytes) / max(0.001, seconds))))/s"
    guard let fraction = state.fraction else { return "reading  \(rate), \(fixed(seconds, 0)) s" }
    if fraction >= 1 { return "read \(rate); sorting and writing, \(fixed(seconds, 0)) s" }
    let full = min(barWidth, max(0, Int(fraction * Double(barWidth))))
    let bar = String(repeating: "█", count: full) + String(repeating: "░", count: barWidth - full)
    let left = fraction > 0.01 ? ", \(fixed(seconds * (1 - fraction) / fraction, 0)) s left" : ""
    return "reading  \(bar)  \(Int(fraction * 100))%  \(rate)\(left)"
  }
}
