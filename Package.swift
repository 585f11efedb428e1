// swift-tools-version: 6.2
import PackageDescription

// Few targets on purpose: calls across modules are not inlined (docs/dependencies.md, ARCHITECTURE.md).
var strict: [SwiftSetting] = [.swiftLanguageMode(.v6)]
// A newer compiler's new warning must not break a user's build, so only CI is strict.
if Context.environment["CI"] != nil { strict.append(.treatAllWarnings(as: .error)) }

// Tests are compiled as they stand: optimizing them takes longer than it saves. What they share stays fast.
let tests = strict + [.unsafeFlags(["-Onone"])]

let package = Package(
  name: "cairn",
  products: [
    .library(name: "Cairn", targets: ["Cairn"]),
    .executable(name: "cairn", targets: ["CairnCommand"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
    .target(name: "CairnShims", dependencies: ["CNettle"]),
    .target(name: "CLineEditor"),
    .target(name: "CResources"),
    .target(
      name: "CairnStorage",
      dependencies: ["CairnShims", "CZstd", "CDeflate", "CZlib", "CNettle"],
      swiftSettings: strict),
    .target(name: "CairnSQL", swiftSettings: strict),
    .target(name: "CairnSynth", dependencies: ["CDeflate"], swiftSettings: strict),
    .target(name: "Cairn", dependencies: ["CairnStorage", "CairnSQL"], swiftSettings: strict),
    .executableTarget(
      name: "CairnCommand",
      dependencies: [
        "Cairn", "CairnSQL", "CairnSynth", "CLineEditor", "CResources",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),
    .target(
      name: "CairnTestSupport", dependencies: ["CairnStorage"], path: "Tests/CairnTestSupport",
      swiftSettings: strict),
    .testTarget(
      name: "CairnStorageTests", dependencies: ["CairnStorage", "CairnTestSupport"], swiftSettings: tests),
    .target(
      name: "CairnOracle", dependencies: ["CairnSQL"], path: "Tests/CairnOracle", swiftSettings: strict),
    .testTarget(
      name: "CairnSQLTests", dependencies: ["CairnSQL", "CairnOracle"], swiftSettings: tests),
    .testTarget(
      name: "CairnEngineTests", dependencies: ["Cairn", "CairnSQL", "CairnOracle", "CairnTestSupport"],
      swiftSettings: tests),
    .testTarget(name: "CairnSynthTests", dependencies: ["CairnSynth", "CDeflate"], swiftSettings: tests),
    .testTarget(
      name: "CairnQueryTests",
      dependencies: ["Cairn", "CairnStorage", "CairnSQL", "CairnOracle", "CairnSynth", "CairnTestSupport"],
      exclude: ["Suite"], swiftSettings: tests),
    .testTarget(
      name: "CairnCommandTests",
      dependencies: ["Cairn", "CairnSQL", "CairnOracle", "CairnSynth", "CairnTestSupport"],
      swiftSettings: tests),
  ]
)
