import Glibc

/// What a user has settled once for all.
enum Settings {
  /// `$XDG_CONFIG_HOME/cairn`, else `~/.config/cairn`; nil where neither is known.
  static var folder: String? {
    (environment("XDG_CONFIG_HOME") ?? environment("HOME").map { $0 + "/.config" }).map { $0 + "/cairn" }
  }

  /// A variable of the environment; nil where it is not set or empty.
  static func environment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
