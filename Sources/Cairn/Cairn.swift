@_exported import CairnStorage

/// The version of this library and of the command built with it.
public let cairnVersion = "0.1.0"

/// Compacts `sources` (files, directories, globs, `-`) into the archive at `path`, made where there is none.
///
/// Objects that the archive has already are skipped, so a run may be repeated at any time. Each segment becomes
/// visible when it has been proved to rebuild its source objects byte for byte.
///
/// Throws `CairnError.locked` where another process writes to the archive, `.io` where the system refuses,
/// `.usage` where `path` is no archive, `.damaged` where it is damaged.
public func compact(
  _ sources: [String], into path: String, options: CompactionOptions = CompactionOptions()
) throws -> CompactionSummary {
  try Compactor(archive: path, options: options).run(sources)
}

/// The same for paths that need not be text.
package func compact(
  _ sources: [FilePath], into path: String, options: CompactionOptions
) throws -> CompactionSummary {
  try Compactor(archive: path, options: options).run(sources)
}
