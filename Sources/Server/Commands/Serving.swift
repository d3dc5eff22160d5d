import Logging
import NIOCore
import NodeNet
import State

/// Starting a region, with errors that say what to do.
enum Serving {
    static func start(
        _ settings: RegionSettings, _ directory: DataDirectory, on group: any EventLoopGroup, _ logger: Logger
    ) async throws -> Region {
        do {
            let region = try await Region.start(settings, on: group, logger)
            try directory.announce(
                endpoint: region.localEndpoint, region: settings.realm.region, account: settings.realm.account)
            return region
        } catch let error as StoreError {
            throw UserError(error.message)
        } catch let error as TLSServer.Failure {
            throw UserError("TLS cannot be spoken: \(error).")
        } catch let error as IOError {
            throw UserError(
                "\(settings.host):\(settings.port) cannot be listened on (\(error)). "
                    + "Choose another address with --listen, or see `roost doctor`.")
        }
    }
}

extension Region {
    /// The endpoint for clients on this machine, also when the region listens on every address.
    var localEndpoint: String {
        ["0.0.0.0", "::"].contains(settings.host) ? "http://127.0.0.1:\(listener.port)" : endpoint
    }
}
