import Foundation
import NodeLink

/// What a node keeps over restarts: what it was told and what it has found out.
struct NodeState: Codable, Sendable, Equatable {
    struct Entry: Codable, Sendable, Equatable {
        var key: TargetKey
        var health: TargetHealth
    }

    var configuration = BalancerConfiguration(revision: 0)
    var targets: [BalancerTargets] = []
    var health: [Entry] = []
    /// Where its addresses are: what a node with other settings has to remove.
    var pool: String?
    var bridge: String?

    static let file = "state.json"

    /// - Returns: nil when there is none, or one of another version.
    static func load(_ files: Files) -> NodeState? {
        files.data(file).flatMap { try? JSONDecoder().decode(NodeState.self, from: $0) }
    }

    func save(_ files: Files) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try files.write(NodeState.file, try encoder.encode(self))
    }
}
