// swift-tools-version: 6.2
import PackageDescription

// Cairn's sources again, with what the fuzzer watches compiled in, so that nothing of it is in the package that users
// build. `cairn` links to the repository: a package's sources lie in its own directory.
let watched: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .unsafeFlags(["-sanitize=fuzzer,address", "-enable-testing"]),
]

let package = Package(
  name: "cairn-fuzz",
  targets: [
    .systemLibrary(name: "CZstd", path: "cairn/Sources/CZstd", pkgConfig: "libzstd"),
    .systemLibrary(name: "CDeflate", path: "cairn/Sources/CDeflate", pkgConfig: "libdeflate"),
    .systemLibrary(name: "CZlib", path: "cairn/Sources/CZlib", pkgConfig: "zlib"),
    .systemLibrary(name: "CNettle", path: "cairn/Sources/CNettle", pkgConfig: "nettle"),
    .target(name: "CairnShims", path: "cairn/Sources/CairnShims"),
    .target(
      name: "CairnStorage", dependencies: ["CairnShims", "CZstd", "CDeflate", "CZlib", "CNettle"],
      path: "cairn/Sources/CairnStorage", swiftSettings: watched),
    .target(name: "CairnSQL", path: "cairn/Sources/CairnSQL", swiftSettings: watched),
    .target(
      name: "Cairn", dependencies: ["CairnStorage", "CairnSQL"], path: "cairn/Sources/Cairn",
      swiftSettings: watched),
    .target(
      name: "CairnTestSupport", dependencies: ["CairnStorage"], path: "cairn/Tests/CairnTestSupport",
      swiftSettings: [.swiftLanguageMode(.v6)]),
    .target(
      name: "CairnFuzz", dependencies: ["Cairn", "CairnStorage", "CairnSQL", "CairnTestSupport"],
      path: "Sources/CairnFuzz", swiftSettings: [.swiftLanguageMode(.v6)]),
    // libFuzzer has `main`.
    .executableTarget(
      name: "fuzz", dependencies: ["CairnFuzz"], path: "Sources/fuzz",
      linkerSettings: [.unsafeFlags(["-sanitize=fuzzer,address"])]),
  ]
)
