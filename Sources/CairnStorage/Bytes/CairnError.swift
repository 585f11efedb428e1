/// Everything that can go wrong in Cairn outside its own code, with the exit code the command gives it.
public enum CairnError: Error, Sendable, Equatable {
  /// Stored bytes are not what was written. Names the file, the byte offset and what is wrong there. Exit 4.
  case damaged(file: String, offset: UInt64, cause: String)
  /// The operating system refused. Exit 5.
  case io(path: String, action: String, errno: Int32)
  /// Another process is writing to the archive. Exit 5.
  case locked(path: String, owner: String)
  /// An archive is no longer the one that this writer opened: its directory, `LOCK` or `CURRENT` was replaced. Exit 5.
  case superseded(path: String, cause: String)
  /// The caller asked for something that is not there or makes no sense. Exit 2.
  case usage(String)
  /// The archive was written by a newer Cairn. Exit 4.
  case unsupportedVersion(file: String, version: UInt32)
  /// The user or the system asked to stop. Exit 130.
  case interrupted

  /// The process exit code documented for this error.
  public var exitCode: Int32 {
    switch self {
    case .damaged, .unsupportedVersion: 4
    case .io, .locked, .superseded: 5
    case .usage: 2
    case .interrupted: 130
    }
  }
}

extension CairnError: CustomStringConvertible {
  /// One line for a person: what, where, why.
  public var description: String {
    switch self {
    case .damaged(let file, let offset, let cause):
      "\(shownPath(file)): damaged at byte \(offset): \(cause)"
    case .io(let path, let action, let number):
      "\(shownPath(path)): cannot \(action): \(systemMessage(number))"
    case .locked(let path, let owner):
      "\(shownPath(path)): archive is locked by another writer (\(shownPath(owner)))"
    case .superseded(let path, let cause):
      "\(shownPath(path)): stopped before a commit: \(cause)"
    case .usage(let message):
      message
    case .unsupportedVersion(let file, let version):
      "\(shownPath(file)): written by a newer cairn: format version \(version) is newer than this one reads"
    case .interrupted:
      "interrupted"
    }
  }
}
