import Foundation
import Glibc

/// A child process: its output goes to files, so that it never waits for a reader.
package final class ChildProcess {
  package let identifier: pid_t
  private let output: TemporaryDirectory

  /// What a process left behind.
  package struct Result: Sendable {
    /// Exit code, or 128 + the signal that ended it.
    package var code: Int32
    /// Whether it was a signal that ended it.
    package var isSignalled = false
    package var output: [UInt8]
    package var error: String
    /// Processor time of all threads.
    package var seconds = 0.0
    /// The most memory that was resident, in bytes, where it was watched.
    package var peakMemory = 0
  }

  /// Starts `arguments[0]`, looked up in PATH.
  package init(_ arguments: [String], directory: String? = nil, input: String = "/dev/null") throws {
    output = try TemporaryDirectory()
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output.sub("out"), O_WRONLY | O_CREAT, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, output.sub("err"), O_WRONLY | O_CREAT, 0o600)
    // `env` changes the directory and becomes the command: the identifier is the command's.
    let arguments = directory.map { ["env", "-C", $0] + arguments } ?? arguments
    var list = arguments.map { strdup($0) } + [nil]
    defer { for item in list { free(item) } }
    // Signals that who runs the tests ignores, as shells do for what runs in the background, are not ignored here.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGQUIT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // Nor are those blocked that the thread of this test blocks.
    var unblocked = sigset_t()
    sigemptyset(&unblocked)
    posix_spawnattr_setsigmask(&attributes, &unblocked)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
    var pid: pid_t = 0
    let status = posix_spawnp(&pid, arguments[0], &actions, &attributes, &list, environ)
    guard status == 0 else { throw TestFailure("cannot start \(arguments[0]): errno \(status)") }
    identifier = pid
  }

  package func kill(_ signal: Int32 = SIGKILL) { _ = Glibc.kill(identifier, signal) }

  private func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }

  /// Waits for its end. `watchesMemory`: the most memory that was resident is looked up every millisecond, in bytes,
  /// since what the system counts for a child (`ru_maxrss`) begins with what its parent had.
  package func wait(watchesMemory: Bool = false) throws -> Result {
    var status: Int32 = 0
    var usage = rusage()
    var peakMemory = 0
    while true {
      let ended = wait4(identifier, &status, watchesMemory ? WNOHANG : 0, &usage)
      if ended == identifier { break }
      guard ended == 0 || errno == EINTR else { throw TestFailure("wait4: errno \(errno)") }
      if watchesMemory {
        peakMemory = max(peakMemory, residentPeak())
        usleep(1000)
      }
    }
    let signal = status & 0x7F
    return Result(
      code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, isSignalled: signal != 0,
      output: try readFile(output.sub("out")),
      error: String(decoding: try readFile(output.sub("err")), as: UTF8.self),
      seconds: seconds(usage.ru_utime) + seconds(usage.ru_stime),
      peakMemory: peakMemory)
  }

  /// `VmHWM` of proc(5), in bytes: the peak of the program that runs now, whoever began it.
  private func residentPeak() -> Int {
    guard let status = try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = line.split(whereSeparator: { " \t".contains($0) }).dropFirst().first.flatMap({ Int($0) }
      )
    else { return 0 }
    return kibibytes * 1024
  }
}

package func runProcess(
  _ arguments: [String], directory: String? = nil, input: String = "/dev/null"
) throws -> ChildProcess.Result {
  try ChildProcess(arguments, directory: directory, input: input).wait()
}

/// Runs a tool over `bytes` and gives what it prints; throws where it fails.
package func filter(_ bytes: [UInt8], _ arguments: [String]) throws -> [UInt8] {
  let directory = try TemporaryDirectory()
  let result = try runProcess(arguments, input: try directory.write("in", bytes))
  guard result.code == 0 else { throw TestFailure("\(arguments): exit \(result.code): \(result.error)") }
  return result.output
}

/// Compressed by the system's tools, not by Cairn.
package func gzip(_ bytes: [UInt8]) throws -> [UInt8] { try filter(bytes, ["gzip", "-nc"]) }
package func gunzip(_ bytes: [UInt8]) throws -> [UInt8] { try filter(bytes, ["gzip", "-dc"]) }
package func zstd(_ bytes: [UInt8]) throws -> [UInt8] { try filter(bytes, ["zstd", "-qc"]) }
