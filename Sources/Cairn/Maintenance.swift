import CairnStorage

/// Merges segments of the archive at `path`: those that are smaller than segments get, or all.
///
/// Queries give the same before and after. Where all are merged, the archive's objects alone decide on the bytes of its
/// segments, whatever order they came in. Replaced segments stay for readers that have the archive open, until
/// `collectGarbage`, or a later run after a day, removes them.
///
/// Throws `CairnError.locked`, `.usage`, `.damaged`, `.io` as `compact` does.
public func mergeSegments(
  of path: String, all: Bool = false, options: CompactionOptions = CompactionOptions()
) throws -> MergeSummary {
  try ArchiveKeeper(archive: path, options: options).merge(all: all)
}

/// Removes files of the archive at `path` that no state has needed for `grace` milliseconds. Throws as `mergeSegments`.
public func collectGarbage(of path: String, grace: Int64 = RetiredFiles.defaultGrace) throws -> GarbageSummary
{
  try ArchiveKeeper(archive: path, options: CompactionOptions()).collect(grace: max(0, grace))
}

/// Takes objects out of the archive at `path` whose every record is older than `before` (milliseconds since 1970).
///
/// Throws as `mergeSegments`, and `CairnError.usage` where the archive is held.
///
/// - Parameter isTrial: only tells what would go.
public func dropObjects(
  of path: String, before: Int64, isTrial: Bool = false, options: CompactionOptions = CompactionOptions()
) throws -> DropSummary {
  try ArchiveKeeper(archive: path, options: options).drop(before: before, isTrial: isTrial)
}

/// Forbids dropping from the archive at `path`, for a reason of one line. Throws as `mergeSegments`.
public func holdArchive(at path: String, reason: String) throws {
  try ArchiveKeeper(archive: path, options: CompactionOptions()).hold(reason: reason)
}

/// Allows dropping again; gives what was held, nil where nothing was. Throws as `mergeSegments`.
@discardableResult
public func releaseArchive(at path: String) throws -> HoldEntry? {
  try ArchiveKeeper(archive: path, options: CompactionOptions()).release()
}
