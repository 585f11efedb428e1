import Cairn
import Glibc

/// The program that shows long output page by page: `$PAGER`, where it is set.
final class Pager {
  private let process: pid_t
  /// The terminal that standard output was.
  private let terminal: Int32

  /// What `$PAGER` says; nil where it says nothing, or `cat`.
  static var command: String? {
    guard let value = getenv("PAGER").map({ String(cString: $0) }), value != "cat",
      value.contains(where: { !$0.isWhitespace })
    else { return nil }
    return value
  }

  /// Starts it: from here on standard output goes to it. Nil where that cannot be done.
  init?(_ command: String) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let saved = fcntl(1, F_DUPFD_CLOEXEC, 3)
    // As people want it: colours shown, short output left on the screen.
    setenv("LESS", "FRX", 0)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGPIPE, SIGXFSZ] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
    let words: [String] = ["sh", "-c", command]
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var started: pid_t = 0
    let isStarted = posix_spawn(&started, "/bin/sh", &actions, &attributes, &arguments, environ) == 0
    close(ends[0])
    guard saved >= 0, isStarted, uninterrupted({ dup2(ends[1], 1) }) == 1 else {
      close(ends[1])
      if saved >= 0 { close(saved) }
      return nil
    }
    close(ends[1])
    process = started
    terminal = saved
  }

  /// Tells it that this is all, waits until it is left, and gives the terminal back.
  func end() {
    _ = uninterrupted { dup2(terminal, 1) }
    close(terminal)
    var status: Int32 = 0
    _ = uninterrupted { waitpid(process, &status, 0) }
  }
}

/// The pager was left before the end of the output: nothing more is wanted, and nothing is wrong.
struct PagerLeft: Error {}
