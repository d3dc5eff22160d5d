import AWSWire
import Balancer
import Foundation
import NIOCore

/// `--fresh`: an empty directory, after the containers of its instances and its load balancers are gone.
enum Fresh {
    static func begin(_ path: String, _ engine: EngineOptions, on group: any EventLoopGroup) async throws {
        if !engine.isSimulated {
            try await EngineProbe.removeContainers(of: instances(in: path), EngineOptions.dockerHost, on: group)
        }
        let settings = try LocalBalancer.settings(DataDirectory(path: path), "", isSimulated: engine.isSimulated)
        try await BalancerNode.remove(settings, group: group)
        for name in ["instances", "balancers", "state.sqlite", "state.sqlite-wal", "state.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: path + "/" + name)
        }
    }

    /// The names the instances gave their containers.
    private static func instances(in path: String) -> [String] {
        let folder = path + "/instances"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.compactMap { name in
            let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)/instance.json")
            return bytes.flatMap { try? JSONValue.parse(Array($0)) }?["instanceId"]?.stringValue
        }
    }
}
