import AWSWire
import Synchronization

/// How far a pull got, and whether it still gets on.
final class PullProgress: Sendable {
    private struct State {
        var steps = 0
        var layers: [String: (bytes: Int, total: Int)] = [:]
    }

    private let state = Mutex(State())
    private let began = ContinuousClock.now

    /// More layers than any image has; what an engine tells of more is not counted.
    private static let maximumLayers = 1_000

    /// The engine told of some progress:
    /// `{"id":"layer","status":"Downloading","progressDetail":{"current":1,"total":9}}`.
    /// Source: Docker Engine API v1.41, ImageCreate; moby, pkg/jsonmessage.
    func note(_ line: JSONValue) {
        state.withLock { state in
            state.steps += 1
            guard let layer = line["id"]?.stringValue, let status = line["status"]?.stringValue else { return }
            if status == "Downloading", let total = line["progressDetail"]?["total"]?.intValue, total > 0 {
                guard state.layers.count < PullProgress.maximumLayers else { return }
                let bytes = line["progressDetail"]?["current"]?.intValue ?? 0
                state.layers[layer] = (min(max(0, bytes), total), total)
            } else if ["Download complete", "Pull complete"].contains(status), let known = state.layers[layer] {
                state.layers[layer] = (known.total, known.total)
            }
        }
    }

    /// The bytes of all layers that are known to come, and how many of them are here.
    var amount: (bytes: Int, total: Int) {
        state.withLock { state in
            state.layers.values.reduce((0, 0)) { ($0.0 &+ $1.bytes, $0.1 &+ $1.total) }
        }
    }

    /// Waits until the pull has stood still for too long, or has taken too long altogether.
    /// - Returns: what to say of it then.
    /// - Throws: when nobody waits for it any more.
    func watch(_ policy: ImagePolicy) async throws -> EngineFailure {
        var last = -1
        while ContinuousClock.now - began < policy.pullTimeout {
            let now = state.withLock { $0.steps }
            if now == last {
                return EngineFailure(.unreachable, "inactivity time exceeded timeout while pulling image")
            }
            last = now
            try await Task.sleep(for: min(policy.pullInactivity, policy.pullTimeout))
        }
        return EngineFailure(.timeout(policy.pullTimeout), "the pull took too long")
    }
}
