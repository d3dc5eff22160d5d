import ArgumentParser
import NIOPosix

/// `roost server`: the region without container instances; agents of other machines join it.
struct ServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server", abstract: "Run a region's API and control; agents join from elsewhere.")

    @OptionGroup var region: RegionOptions

    func run() async throws {
        let signals = Signals()
        let directory = try DataDirectory.make(region.data.directory)
        try directory.lock()
        let region = try await Serving.start(
            try region.settings(directory), directory, on: MultiThreadedEventLoopGroup.singleton, Log.logger("server"))
        Announcement.show(region, directory, instances: 0)
        await signals.wait()
        await region.stop()
    }
}
