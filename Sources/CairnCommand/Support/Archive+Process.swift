import Cairn

extension Archive {
  /// The archive, to be open for as long as the process runs: its end frees all at once, and sooner than one decoded
  /// part after another.
  func keptOpen() -> Archive { Unmanaged.passRetained(self).takeUnretainedValue() }
}
