import Cairn
import Glibc

/// SIGINT, SIGTERM and SIGHUP end the command in order: the work in hand is asked to end, its temporary files go
/// with it, and a message and the exit code (128 and the signal's number) say why.
enum Signals {
  /// Time that work has to end when it is asked to. Then the process ends as it is: temporary files of queries have
  /// no names, and what a writer leaves unfinished the next one removes.
  private static let patienceMicroseconds = 900_000

  /// Called once, before anything else is done.
  static func install() {
    // A reader that went away (`| head`) ends the command quietly, by the write error; a file that may not grow
    // further is a write error too.
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      _ = handle(number, with: endOnSignal)
    }
    _ = handle(SIGALRM, with: leaveOnTimer)
  }

  /// Whether who started the process does not want it to see a signal: nohup, a shell in the background.
  fileprivate static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    sigaction(number, nil, &action)
    return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  /// Installs a handler and gives the one before. Calls that wait are interrupted by it.
  static func handle(_ number: Int32, with handler: @escaping @convention(c) (Int32) -> Void) -> sigaction {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handler
    var previous = sigaction()
    sigaction(number, &action, &previous)
    return previous
  }

  /// What a command that is ended says beside that: what there is now, and how to go on. `account` tells more, where
  /// the work ends in order.
  static func advise(_ advice: StaticString, account: @escaping () -> String? = { nil }) {
    endingAdvice = advice
    endingAccount = account
  }

  /// The lines of `advise`.
  static var advice: [String] {
    guard let endingAdvice else { return [] }
    return [endingAccount().map { "cairn: \($0)" }, "cairn: \(endingAdvice)"].compactMap { $0 }
  }

  /// Whether a line stands on the terminal that goes where something else comes.
  static func noteProgress(_ isShown: Bool) { isProgressShown = isShown }

  fileprivate static func armTimer() {
    var timer = itimerval()
    timer.it_value.tv_usec = patienceMicroseconds
    setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
  }

  /// Ends the process from a signal handler.
  fileprivate static func leave(_ number: Int32) {
    if var terminal = terminalAtStart { tcsetattr(0, TCSANOW, &terminal) }
    let text: StaticString =
      switch number {
      case SIGTERM: "cairn: terminated\n"
      case SIGHUP: "cairn: the terminal hung up\n"
      default: "cairn: interrupted\n"
      }
    if isProgressShown { tell("\r\u{1B}[K") }
    tell(text)
    if let endingAdvice {
      tell("cairn: ")
      tell(endingAdvice)
      tell("\n")
    }
    _exit(128 + number)
  }

  /// Whether the command is to end, and not only the statement that runs.
  static var isEnding: Bool { endingSignal == SIGTERM || endingSignal == SIGHUP }

  /// Writes to standard error, as a handler may.
  private static func tell(_ text: StaticString) {
    _ = Glibc.write(2, text.utf8Start, text.utf8CodeUnitCount)
  }

  /// What is said of the signal, and the exit code.
  static var outcome: (message: String, code: Int32) {
    switch endingSignal {
    case SIGTERM: ("terminated", 128 + SIGTERM)
    case SIGHUP: ("the terminal hung up", 128 + SIGHUP)
    default: ("interrupted", 128 + SIGINT)
    }
  }

  /// Keeps the terminal's state, to be put back where a signal ends the process while a line is edited.
  static func rememberTerminal() {
    var state = termios()
    if tcgetattr(0, &state) == 0 { terminalAtStart = state }
  }
}

/// While it lasts, a signal asks some work to end; a second one ends the process.
final class Interrupt {
  private let cancellation: QueryCancellation
  private let previous: sigaction?

  /// - Parameter endsProcess: false in the shell, where Ctrl-C ends a statement and not the process.
  init(cancelling cancellation: QueryCancellation, endsProcess: Bool = true) {
    self.cancellation = cancellation
    signalEndsProcess = endsProcess
    signalTarget = Unmanaged.passUnretained(cancellation)
    // The shell ignores it between statements.
    previous =
      !endsProcess || !Signals.isIgnored(SIGINT) ? Signals.handle(SIGINT, with: endOnSignal) : nil
    // What came just before found nothing to end.
    if Signals.isEnding { cancellation.cancel() }
  }

  /// Puts the previous handler back.
  func end() {
    if var previous { sigaction(SIGINT, &previous, nil) }
    signalTarget = nil
    if !signalEndsProcess, endingSignal == SIGINT { endingSignal = 0 }
  }
}

/// The handler of signals that end the work in hand, or the process where there is none.
private func endOnSignal(_ number: Int32) {
  // The work's owner keeps it alive while the handler is in place.
  guard endingSignal == 0, let target = signalTarget?.takeUnretainedValue() else {
    return Signals.leave(number)
  }
  endingSignal = number
  target.cancel()
  if signalEndsProcess || number != SIGINT { Signals.armTimer() }
}

/// The handler of the timer that work has to end in.
private func leaveOnTimer(_: Int32) { Signals.leave(endingSignal) }

// Written before handlers are installed, or by handlers.
nonisolated(unsafe) private var signalTarget: Unmanaged<QueryCancellation>?
nonisolated(unsafe) private var signalEndsProcess = true
nonisolated(unsafe) private var endingSignal: Int32 = 0
nonisolated(unsafe) private var isProgressShown = false
nonisolated(unsafe) private var endingAdvice: StaticString?
nonisolated(unsafe) private var endingAccount: () -> String? = { nil }
nonisolated(unsafe) private var terminalAtStart: termios?
