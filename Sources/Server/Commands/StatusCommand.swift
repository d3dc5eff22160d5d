import AWSModels
import AWSWire
import Agent
import ArgumentParser
import NIOPosix
import NodeNet

/// `roost status`: one screen of what runs, asked from the region's own API.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show clusters, services, tasks, container instances and load balancers.")

    @OptionGroup var data: DataOption

    @Flag(help: "Draw the screen anew every two seconds until interrupted.")
    var watch = false

    func run() async throws {
        let directory = DataDirectory(path: data.directory)
        let (endpoint, region) = try directory.announced()
        guard let url = ServerURL(endpoint) else { throw UserError("\(endpoint) is no address.") }
        let api = APIClient(
            url, credential: try directory.keptCredential(), region: region,
            group: MultiThreadedEventLoopGroup.singleton, now: { WallClock.now })
        let http = HTTPClient(url.endpoint, group: MultiThreadedEventLoopGroup.singleton)
        defer {
            api.close()
            http.close()
        }
        repeat {
            let screen = try await StatusScreen.read(api, http, endpoint)
            Terminal.show((watch ? "\u{1B}[H\u{1B}[2J" : "") + screen)
            if watch { try await Task.sleep(for: .seconds(2)) }
        } while watch
    }
}
