// swift-tools-version: 6.1
import PackageDescription

// The rooms of the house, top to bottom. Lower rows never import higher rows, rooms of one row do not
// import each other; `Tests/ArchitectureTests` compares the import lines with this file.

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(
  name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
  name: "image-factory",
  products: [
    .executable(name: "image-factory", targets: ["image-factory"]),
    .executable(name: "image-factory-sudo-helper", targets: ["image-factory-sudo-helper"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
  ],
  targets: [
    // Row 0: C, no code of ours.
    .systemLibrary(
      name: "CLibvirt", pkgConfig: "libvirt", providers: [.apt(["libvirt-dev"])]),
    .systemLibrary(
      name: "CParted", pkgConfig: "libparted", providers: [.apt(["libparted-dev"])]),
    .systemLibrary(
      name: "CExt2fs", pkgConfig: "ext2fs", providers: [.apt(["libext2fs-dev", "comerr-dev"])]),
    .target(name: "CLinux"),
    .target(name: "CPrivileged", path: "sudo-helper/CPrivileged"),

    // Row 0: the closed list of what is done as root.
    .target(name: "PrivilegedOperations", path: "sudo-helper/Policy", swiftSettings: settings),

    // Row 1: the nouns.
    .target(name: "Model", dependencies: [systemPackage], swiftSettings: settings),

    // Row 2: the rooms.
    .target(
      name: "Settings", dependencies: ["Model", systemPackage], swiftSettings: settings),
    .target(
      name: "Installers", dependencies: ["Model", "PrivilegedOperations", systemPackage],
      swiftSettings: settings),
    .target(
      name: "Hypervisor", dependencies: ["Model", "CLibvirt", systemPackage],
      swiftSettings: settings),
    .target(
      name: "DiskImages",
      dependencies: ["Model", "CParted", "CExt2fs", "CLinux", crypto, systemPackage],
      swiftSettings: settings),
    .target(
      name: "HostSystem",
      dependencies: [
        "Model", "CLinux", asyncHTTPClient, crypto, nioCore, nioHTTP1, subprocess, systemPackage,
      ],
      swiftSettings: settings),
    .target(
      name: "MiniatureGuest", dependencies: ["Model", systemPackage], swiftSettings: settings),
    .target(
      name: "PackageDepot",
      dependencies: [
        "Model", asyncHTTPClient, crypto, nioCore, nioHTTP1, nioPosix, systemPackage,
      ],
      swiftSettings: settings),

    // Row 3: config → plan → stages → report.
    .target(
      name: "Pipeline",
      dependencies: [
        "DiskImages", "HostSystem", "Hypervisor", "Installers", "MiniatureGuest", "Model",
        "PackageDepot", "PrivilegedOperations", "Settings", logging, systemPackage,
      ],
      swiftSettings: settings),

    // Row 4: the only target that prints or exits.
    .executableTarget(
      name: "image-factory",
      dependencies: [
        "HostSystem", "Model", "Pipeline", "Settings", argumentParser, logging, systemPackage,
      ],
      swiftSettings: settings),

    // Runs as root by sudo: Swift's runtime is linked in, so that nothing but the system's own libraries is loaded.
    .executableTarget(
      name: "image-factory-sudo-helper", dependencies: ["CPrivileged", "PrivilegedOperations"],
      path: "sudo-helper/Main", swiftSettings: settings,
      linkerSettings: [.unsafeFlags(["-static-stdlib"])]),

    // Tests.
    .target(
      name: "FactoryTestSupport",
      dependencies: ["HostSystem", "Model", systemPackage],
      path: "Tests/Support", swiftSettings: settings),
    .testTarget(name: "ArchitectureTests", swiftSettings: settings),
    .testTarget(
      name: "SettingsTests", dependencies: ["Settings", "Model", systemPackage], swiftSettings: settings),
    .testTarget(
      name: "InstallersTests", dependencies: ["Installers", "Model", systemPackage], swiftSettings: settings),
    .testTarget(
      name: "HypervisorTests", dependencies: ["Hypervisor", "Model", systemPackage], swiftSettings: settings),
    .testTarget(
      name: "DiskImagesTests", dependencies: ["DiskImages", "FactoryTestSupport", "Model", crypto, systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "HostSystemTests",
      dependencies: ["HostSystem", "Model", crypto, nioCore, nioHTTP1, nioPosix, systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "MiniatureGuestTests", dependencies: ["MiniatureGuest", "Model", systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "PackageDepotTests",
      dependencies: ["PackageDepot", "Model", nioCore, nioHTTP1, nioPosix, systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "PipelineTests",
      dependencies: [
        "DiskImages", "FactoryTestSupport", "HostSystem", "Hypervisor", "Installers", "MiniatureGuest", "Model",
        "PackageDepot", "Pipeline", "Settings", systemPackage,
      ],
      swiftSettings: settings),
    .testTarget(
      name: "SudoHelperTests",
      // Not on the helper itself, whose way of linking would become the tests'; a build of the tests builds it all the same.
      dependencies: ["FactoryTestSupport", "PrivilegedOperations", systemPackage],
      swiftSettings: settings),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["FactoryTestSupport", "MiniatureGuest", "Model", "image-factory", systemPackage],
      swiftSettings: settings),
  ]
)
