import ArgumentParser
import Cairn

/// Words that name archives.
enum ArchiveWords {
  /// What commands say of an argument that may name several.
  static var help: ArgumentHelp {
    "The archive directory, or several that are read as one: a pattern in quotes, or a directory of archives."
  }

  /// Whether a word names an archive that is there, or several.
  static func isThere(_ word: String) -> Bool { ArchiveList.isNamed(by: word) }
}
