import HostSystem
import Hypervisor
import Model
import Synchronization

/// Asks whether the mirror still has the state that kernel and initrd were taken from, when the guest has loaded the rest itself.
///
/// Asked once when the installer enters its first step, in which it runs out of its second stage, and again when the installation
/// fails: the list of digests then is the one that the guest found, if it is ours.
final class MirrorWatch: Sendable {
  private let listing: ListingPlan
  private let image: String
  private let downloader: any Downloader
  private let events: StageEvents
  private let isAsked = Mutex(false)
  private let steps: AsyncStream<Void>
  private let step: AsyncStream<Void>.Continuation

  /// nil where the guest loads nothing of its installer from a list of digests: there is no list, or a disc has it all.
  init?(_ plan: BuildPlan, host: Host, events: StageEvents) {
    guard let listing = plan.installer.listing, plan.installer.stage2Disc == nil, plan.installer.image == nil else {
      return nil
    }
    self.listing = listing
    self.events = events
    image = plan.image
    downloader = host.downloader(plan.cacheFolder)
    (steps, step) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Told of everything that happens in the guest.
  func take(_ event: InstallEvent) {
    if case .phase = event { step.yield() }
  }

  /// What `installation` gives, which is cancelled as soon as the mirror has another state; throws ``FactoryError`` then.
  func guarding(_ installation: @escaping @Sendable () async -> InstallOutcome) async throws -> InstallOutcome {
    try await withThrowingTaskGroup(of: InstallOutcome?.self) { group in
      group.addTask { await installation() }
      group.addTask { [self] in
        for await _ in steps { break }
        if !Task.isCancelled { try await ask() }
        return nil
      }
      defer { group.cancelAll() }
      while let result = try await group.next() {
        guard let outcome = result else { continue }
        if case .failed(let failure) = outcome, failure.cause != .cancelled { try await ask(because: failure.message) }
        if !isAsked.withLock({ $0 }), case .succeeded = outcome { try await ask() }
        return outcome
      }
      // Not reached: an installation has an outcome.
      throw CancellationError()
    }
  }

  private func ask(because failure: String? = nil) async throws {
    isAsked.withLock { $0 = true }
    switch await Fetching.state(of: listing, downloader) {
    case .same: return
    case .unknown:
      // Whose answer is not waited for any more was asked all the same.
      if failure == nil, !Task.isCancelled {
        events.warning("nobody could be asked whether '\(SourceURL.shown(listing.url))' is still the same list")
      }
    case .changed:
      throw FactoryError(
        .installationFailed, "the mirror moved during the installation of '\(image)'",
        hint: "build again: kernel, initrd and what the installer loads after them have to be of one state",
        details: ["'\(SourceURL.shown(listing.url))' is another list than the one kernel and initrd are from"]
          + [failure].compactMap(\.self))
    }
  }
}
