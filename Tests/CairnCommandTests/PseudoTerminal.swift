import CairnTestSupport
import Foundation
import Glibc

/// The command on a terminal of its own: what a person types and sees.
final class PseudoTerminal {
  private let master: Int32
  private let process: pid_t
  /// Everything shown so far.
  private(set) var screen = ""
  /// What of it has been waited for.
  private var seen = 0
  private static let timeoutSeconds = 20.0
  /// TIOCSPTLCK and TIOCGPTN, which are macros.
  private static let setLock: UInt = 0x4004_5431
  private static let getNumber: UInt = 0x8004_5430
  /// POSIX_SPAWN_SETSID.
  private static let newSession: Int16 = 0x80
  /// POSIX_SPAWN_SETSIGMASK.
  private static let setMask: Int16 = 0x08

  init(
    _ arguments: [String], environment: [String: String] = [:], columns: UInt16 = 150,
    directory: String? = nil
  ) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var isLocked: Int32 = 0
    var number: UInt32 = 0
    guard master >= 0, ioctl(master, Self.setLock, &isLocked) == 0,
      ioctl(master, Self.getNumber, &number) == 0
    else { throw TestFailure("no pseudo terminal: errno \(errno)") }
    let name = "/dev/pts/\(number)"
    var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    _ = ioctl(master, UInt(TIOCSWINSZ), &size)
    _ = fcntl(master, F_SETFD, FD_CLOEXEC)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // The leader of a session gets the first terminal that it opens as its own.
    posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
    posix_spawn_file_actions_adddup2(&actions, 0, 1)
    posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    posix_spawnattr_setflags(&attributes, Self.newSession | Self.setMask)
    // The threads of tests block signals, and a child inherits that.
    var mask = sigset_t()
    sigemptyset(&mask)
    posix_spawnattr_setsigmask(&attributes, &mask)
    let place = directory.map { ["/usr/bin/env", "-C", $0] } ?? []
    let command = try place + Binary.command(arguments)
    var values = ProcessInfo.processInfo.environment
    // On a busy machine any command may take long enough to say how far it is.
    let defaults = ["TERM": "xterm", "NO_COLOR": "1", "PAGER": "", "CAIRN_PROGRESS_AFTER": "100000"]
    values.merge(defaults) { $1 }
    values.merge(environment) { $1 }
    var list = command.map { strdup($0) } + [nil]
    var variables = values.map { strdup("\($0)=\($1)") } + [nil]
    defer {
      for item in list + variables { free(item) }
    }
    var pid: pid_t = 0
    let status = posix_spawn(&pid, command[0], &actions, &attributes, &list, &variables)
    guard status == 0 else { throw TestFailure("cannot start \(command[0]): errno \(status)") }
    process = pid
  }

  deinit {
    kill(process, SIGKILL)
    close(master)
  }

  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { write(master, $0.baseAddress, $0.count) }
  }

  /// Waits until `text` is shown behind what was waited for before, and gives what stood before it.
  @discardableResult
  func wait(for text: String) throws -> String {
    let deadline = Date().addingTimeInterval(Self.timeoutSeconds)
    while true {
      let rest = screen.utf8.dropFirst(seen)
      if let found = String(decoding: rest, as: UTF8.self).range(of: text) {
        let before = String(String(decoding: rest, as: UTF8.self)[..<found.lowerBound])
        seen += before.utf8.count + text.utf8.count
        return before
      }
      guard Date() < deadline, try readMore() else {
        throw TestFailure("'\(text)' did not come; shown: \(screen.debugDescription)")
      }
    }
  }

  /// The exit code, once the process has ended.
  func exitCode() throws -> Int32 {
    while try readMore() {}
    var status: Int32 = 0
    waitpid(process, &status, 0)
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  /// False at the end.
  private func readMore() throws -> Bool {
    var descriptor = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, Int32(Self.timeoutSeconds * 1000)) > 0 else {
      throw TestFailure("nothing more came; shown: \(screen.debugDescription)")
    }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(master, &buffer, buffer.count)
    guard count > 0 else { return false }
    screen += String(decoding: buffer[..<count], as: UTF8.self)
    return true
  }
}
