// swift-tools-version: 6.2
import PackageDescription

var strict: [SwiftSetting] = [.swiftLanguageMode(.v6)]
if Context.environment["CI"] != nil { strict.append(.treatAllWarnings(as: .error)) }

// Apart from the main package: what is linked into a shared library must not change what everybody builds.
let package = Package(
  name: "cairn-c",
  products: [.library(name: "cairn-c", type: .dynamic, targets: ["CairnC"])],
  dependencies: [.package(name: "cairn", path: "../..")],
  targets: [
    .systemLibrary(name: "CCairn", path: "include"),
    .target(
      name: "CairnC", dependencies: ["CCairn", .product(name: "Cairn", package: "cairn")],
      swiftSettings: strict,
      // SwiftPM's own flag for a static runtime is for programs only.
      linkerSettings: [
        .unsafeFlags([
          "-static-stdlib", "-Xlinker", "-soname=libcairn.so", "-Xlinker",
          "--version-script=\(Context.packageDirectory)/exports.map",
        ])
      ]),
  ]
)
