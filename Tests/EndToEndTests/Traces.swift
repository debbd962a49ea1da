import FactoryTestSupport
import Foundation
import SystemPackage
import Testing

/// What a build must not leave behind: domains, storage pools, processes, work folders, copies of kernel and initrd.
struct Traces {
  private let workshop: Workshop
  private let bootFilesBefore: Set<String>

  /// Remembers what is there before a build.
  init(_ workshop: Workshop) {
    self.workshop = workshop
    bootFilesBefore = Traces.bootFiles(workshop)
  }

  /// Records an issue for everything that is there now and was not before.
  func check(_ config: TestConfig, location: SourceLocation = #_sourceLocation) async throws {
    // Daemons that were started for the build are ended with it; give their last breath a moment.
    var processes = leftProcesses()
    let deadline = ContinuousClock.now + .seconds(5)
    while !processes.isEmpty, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(100))
      processes = leftProcesses()
    }
    for process in processes {
      Issue.record("left process \(process.pid): \(process.commandLine)", sourceLocation: location)
    }
    let hidden = Traces.names(config.output.string).filter { $0.hasPrefix(".") }
    #expect(hidden.isEmpty, "left in the output folder", sourceLocation: location)
    for folder in Traces.libvirtFolders(workshop) {
      let ours = Traces.names(folder).filter { name in
        name.contains(TestConfig.image) && (name.hasSuffix(".xml") || name.hasSuffix(".pid"))
      }
      #expect(ours.isEmpty, "left in \(folder)", sourceLocation: location)
      for name in Traces.names(folder) where name.hasSuffix(".xml") {
        let text = (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)) ?? ""
        #expect(
          !text.contains(workshop.scratch.path.string),
          "a pool or domain that points into the build: \(folder)/\(name)",
          sourceLocation: location)
      }
    }
    #expect(
      Traces.bootFiles(workshop).subtracting(bootFilesBefore).isEmpty, "virt-install's copies of kernel and initrd",
      sourceLocation: location)
  }

  /// Everything that mentions our scratch folder or belongs to the test user, but the ssh server.
  private func leftProcesses() -> [ProcessTable.Entry] {
    let user = workshop.user.number
    return ProcessTable.all().filter { process in
      guard process.pid != getpid(), !process.commandLine.isEmpty, !process.commandLine.contains("sshd") else {
        return false
      }
      return process.user == user || process.commandLine.contains(workshop.scratch.path.string)
        || process.commandLine.contains("guest=image-factory-\(TestConfig.image)-")
        || process.commandLine.hasPrefix("\(Workshop.binary) _reap")
    }
  }

  private static func libvirtFolders(_ workshop: Workshop) -> [String] {
    let home = workshop.user.home.string
    return [
      "/etc/libvirt/qemu", "/etc/libvirt/storage", "/run/libvirt/qemu", "/run/libvirt/storage",
      "\(home)/.config/libvirt/qemu",
      "\(home)/.config/libvirt/storage", "/tmp/image-factory-\(workshop.user.number)/libvirt/qemu/run",
    ]
  }

  private static func bootFiles(_ workshop: Workshop) -> Set<String> {
    let folders = [
      "/var/lib/libvirt/boot", workshop.user.home.string + "/.cache/virt-manager/boot",
      workshop.scratch.path.string + "/root-home/.cache/virt-manager/boot",
    ]
    return Set(folders.flatMap { folder in names(folder).map { "\(folder)/\($0)" } })
  }

  private static func names(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }
}
