import Foundation

/// The one block that `up` and `server` print when the region is ready.
enum Announcement {
    static func show(_ region: Region, _ directory: DataDirectory, instances: Int) {
        let text = """
            Roost is ready.
              endpoint     \(region.localEndpoint)
              environment  eval "$(roost env --data \(directory.path))"
              instances    \(instances)

            """ + (region.settings.tls == nil ? "" : tls(region.listener.port))
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    private static func tls(_ port: Int) -> String {
        "  other machines use https:// with this machine's name and port \(port)\n"
    }
}
